"""A steward's yes or no to what people ask for, on a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from asking import Ask, asking
from baloo.records import Records
from baloo.records.audit import noted
from baloo.registry import load
from baloo.registry.init import write_empty
from baloo.watch.requests import Asked, ask, requested
from baloo.web.pages.requests import routes
from baloo.web.people.parts import Parts
from baloo.workspace import Workspace
from persons import NOON, link_of, persons_parts, signing_in

WIKI = Asked("The town's <wiki>", "People write pages there.", "some", "https://wiki.example.org")
_FORM = {"content_type": "application/x-www-form-urlencoded"}


class Steward:
    """A browser in which somebody has signed in."""

    def __init__(self, ask_: Ask, parts: Parts, role: str = "steward") -> None:
        self.ask = ask_
        sent = ask_("/sign-in/link", "POST", f"link={link_of(parts, role=role)}".encode(), **_FORM)
        self.cookie = sent.headers["set-cookie"].split(";")[0]

    def get(self, path: str = "/requests/asked") -> httpx.Response:
        """Open a page."""
        return self.ask(path, cookie=self.cookie)

    def say(self, answer: str, request: int = 1, **fields: str) -> httpx.Response:
        """Send a form of the page."""
        nonce = re.search(r'name="form" value="([^"]+)"', self.get().text)
        body = {"form": nonce[1] if nonce else "", "request": str(request), "answer": answer, **fields}
        return self.ask("/requests/asked", "POST", urlencode(body).encode(), cookie=self.cookie, **_FORM)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    """Records in which somebody asked for a wiki, and a registry of a town."""
    workspace = Workspace.init(tmp_path / "w")
    write_empty(workspace.registry, "town", "Town")
    with persons_parts(tmp_path) as made:
        ask(made.records, WIKI, now=NOON)
        yield replace(made, workspace=workspace)


@pytest.fixture
def ask_site(parts: Parts) -> Iterator[Ask]:
    """Ask Marula's site, with the gate before it."""
    gate, entry = signing_in(parts)
    with asking(parts.site, more=[*routes(parts), *entry], gate=gate) as found:
        yield found


def test_a_yes_is_shown_and_stands_in_the_plan(parts: Parts, ask_site: Ask) -> None:
    """What waits is there, escaped; a yes shows it to everybody and writes its work; the audit says who said it."""
    steward = Steward(ask_site, parts)
    waiting = steward.get().text
    said = steward.say("yes", quarter="2026-Q4")
    work = load(_registry(parts)).work["request-1"]

    assert "The town&#39;s &lt;wiki&gt;</a>" in waiting
    assert (said.status_code, said.headers["location"]) == (303, "/requests/asked?said=yes")
    assert (work.title, work.quarter) == (WIKI.title, "2026-Q4")
    assert "The town&#39;s &lt;wiki&gt;</a>" in ask_site("/requests").text
    assert ("operator tove", "request accepted", "1") in _audit(parts.records)


def test_a_no_takes_it_from_the_page(parts: Parts, ask_site: Ask) -> None:
    """A no after a yes says that the work still stands; what has its answer already, or is not there, is not answered again."""
    steward = Steward(ask_site, parts)
    steward.say("yes")
    places = [steward.say(answer).headers.get("location", "") for answer in ("yes", "no")]

    assert places == ["", "/requests/asked?said=planned"]
    assert "delete the file" in steward.get("/requests/asked?said=planned").text
    assert [one.state for one in requested(parts.records)] == ["declined"]
    assert [steward.say("no").status_code, steward.say("yes", 7).status_code, steward.say("maybe").status_code] == [404, 404, 400]
    assert steward.say("yes", quarter="soon").status_code == 400


@pytest.mark.parametrize("role", ["analyst", ""])
def test_nobody_else_answers(parts: Parts, ask_site: Ask, role: str) -> None:
    """An analyst, and whoever is not signed in, neither sees what waits nor says yes to it."""
    body = urlencode({"request": "1", "answer": "yes"}).encode()
    other = Steward(ask_site, parts, role) if role else None
    seen = other.get() if other else ask_site("/requests/asked")
    said = other.say("yes") if other else ask_site("/requests/asked", "POST", body, **_FORM)

    assert (seen.status_code, said.status_code) == (403, 403)
    assert WIKI.title[:8] not in seen.text
    assert [one.state for one in requested(parts.records)] == ["waiting"]


def _registry(parts: Parts) -> Path:
    assert parts.workspace is not None
    return parts.workspace.registry


def _audit(records: Records) -> list[tuple[str, str, str]]:
    return [(one.who, one.what, one.detail) for one in noted(records)]
