"""Signing in: where one is led afterwards, and what is there without a provider."""

from __future__ import annotations

from pathlib import Path

import pytest

from asking import asking
from baloo.web.signin.pages import local
from persons import link_of, persons_parts, signing_in


@pytest.mark.parametrize("to", [
    "https://elsewhere.example", "//elsewhere.example", "///elsewhere.example", "/\\elsewhere.example", "\\\\elsewhere.example",
    "javascript:alert(1)", "elsewhere.example", "/a\r\nset-cookie: a=b", "/\t/elsewhere.example", "/é", "", "/" + "a" * 500,
    "/sign-in", "/sign-in/go", "/sign-out",
])
def test_a_place_that_is_not_clearly_here_is_the_front_page(to: str):
    """Another site, however it is written, a line break, and a way back to signing in all lead to the front page."""
    assert local(to) == "/"


@pytest.mark.parametrize("to", ["/", "/people/review", "/people/review?person=1&pair=1-2", "/areas/support"])
def test_a_page_of_ours_is_led_to(to: str):
    """A path of this server stays as it is."""
    assert local(to) == to


def test_without_a_provider_there_are_links_only(tmp_path: Path):
    """The page says which command prints a link; the way to a provider is closed, and so is the way back from one."""
    with persons_parts(tmp_path) as parts:
        gate, entry = signing_in(parts)
        with asking(parts.site, more=entry, gate=gate) as ask:
            page, go, back = ask("/sign-in"), ask("/sign-in/go"), ask("/sign-in/back?code=a&state=b")

    assert "baloo login" in page.text
    assert (go.status_code, back.status_code) == (403, 403)


def test_a_link_leads_to_a_page_of_ours_alone(tmp_path: Path):
    """A link that names another site leads to the front page; a session of before ends with it."""
    with persons_parts(tmp_path) as parts:
        gate, entry = signing_in(parts)
        with asking(parts.site, more=entry, gate=gate) as ask:
            form = {"content_type": "application/x-www-form-urlencoded"}
            first = ask("/sign-in/link", "POST", f"link={link_of(parts)}".encode(), **form).headers["set-cookie"].split(";")[0]
            there = ask("/sign-in/link", "POST", f"to=//x.example&link={link_of(parts)}".encode(), **form, cookie=first)
            before = ask("/audit", cookie=first).status_code

    assert there.headers["location"] == "/"
    assert before == 403


def test_stewards_read_who_changed_what(tmp_path: Path):
    """The audit is a page for stewards, the latest first, and tells the older on a page of their own."""
    with persons_parts(tmp_path) as parts:
        gate, entry = signing_in(parts)
        with asking(parts.site, more=entry, gate=gate) as ask:
            form = {"content_type": "application/x-www-form-urlencoded"}
            sent = ask("/sign-in/link", "POST", f"link={link_of(parts)}".encode(), **form)
            cookie = sent.headers["set-cookie"].split(";")[0]
            for _ in range(120):
                link_of(parts, "operator idris")
            newest, older = ask("/audit", cookie=cookie).text, ask("/audit?before=23", cookie=cookie).text
            closed, wrong = ask("/audit").status_code, ask("/audit?before=x", cookie=cookie).status_code

    assert newest.count("operator idris") == 100
    assert "/audit?before=23" in newest
    assert "by link: steward" in older
    assert (closed, wrong) == (403, 400)
