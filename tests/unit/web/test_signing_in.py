"""Signing in: where one is led afterwards, and what is there without a provider."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from anyio.to_thread import run_sync

from asking import asking
from baloo.access.flow import Flow
from baloo.access.roles import Grant
from baloo.access.sessions import Member, Sessions
from baloo.clock import SystemClock
from baloo.errors import BalooError, Busy, Forbidden, InputError
from baloo.settings import load_settings
from baloo.web.reached import Reached
from baloo.web.signin.gate import COOKIE, Gate, same_form
from baloo.web.signin.pages import Desk, local, routes
from baloo.web.signin.parts import flow_of
from persons import NOON, link_of, persons_parts, signing_in


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
    assert "/audit?before=" not in older
    assert (closed, wrong) == (403, 400)


@pytest.mark.parametrize(("button", "left"), [("", 200), ("&everywhere=yes", 403), ("&everywhere=no", 200)])
def test_the_second_button_signs_out_everywhere(tmp_path: Path, button: str, left: int):
    """Signing out ends the session of this browser, with the second button that of every other browser, too."""
    with persons_parts(tmp_path) as parts:
        gate, entry = signing_in(parts)
        assert gate.sessions is not None
        here, there = (gate.sessions.begin("operator tove", [Grant("steward")], how="link", now=NOON) for _ in range(2))
        nonce = gate.sessions.caller(here, now=NOON).nonce
        with asking(parts.site, more=entry, gate=gate) as ask:
            page = ask("/sign-in", cookie=f"{COOKIE}={here}").text
            form = {"content_type": "application/x-www-form-urlencoded", "cookie": f"{COOKIE}={here}"}
            out = ask("/sign-out", "POST", f"form={nonce}{button}".encode(), **form)
            statuses = [ask("/audit", cookie=f"{COOKIE}={one}").status_code for one in (here, there)]

    assert 'name="everywhere" value="yes"' in page
    assert (out.status_code, statuses) == (303, [403, left])


class Provider:
    """One that vouches for everybody until a test gives it an error."""

    issuer, client, scope = "https://id.example.org", "baloo", "openid"
    error: BalooError | None = None

    def told(self, name: str) -> str:
        """Its address."""
        return f"{self.issuer}/{name}"

    def member(self, *_: str) -> Member:
        """Whoever it is."""
        return Member("u-1", (), "kept")

    def again(self, _: str) -> Member:
        """The error."""
        assert self.error is not None
        raise self.error


def test_over_https_cookies_go_over_https_alone(tmp_path: Path):
    """Behind a proxy the setting's address is where the provider leads and whence forms may come; cookies are Secure."""
    with persons_parts(tmp_path) as parts:
        sessions, flow = Sessions(parts.records), Flow(parts.records, Provider())  # type: ignore[arg-type]
        gate = Gate(parts.clock, sessions, Reached("https://baloo.example.org/"))
        with asking(parts.site, more=routes(Desk(parts.site, gate, sessions, lambda: flow)), gate=gate) as ask:
            went = ask("/sign-in/go")
            query = parse_qs(urlsplit(went.headers["location"]).query)
            came = ask(f"/sign-in/back?code=c&state={query['state'][0]}", cookie=went.headers["set-cookie"].split(";")[0])
            session = came.headers.get_list("set-cookie")[0].split(";")[0]
            nonce = sessions.caller(session.partition("=")[2], now=NOON).nonce
            form = {"content_type": "application/x-www-form-urlencoded", "cookie": session, "origin": "https://baloo.example.org"}
            out = ask("/sign-out", "POST", f"form={nonce}".encode(), **form)

    assert query["redirect_uri"] == ["https://baloo.example.org/sign-in/back"]
    assert out.status_code == 303
    for answer in (went, came, out):
        for cookie in answer.headers.get_list("set-cookie"):
            assert {"Secure", "HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
            assert cookie.startswith("__Host-baloo-")
            assert "domain" not in cookie.lower()
    ended = [cookie for cookie in came.headers.get_list("set-cookie") if "Max-Age=0" in cookie]
    assert any(cookie.startswith("__Host-baloo-sign-in-") for cookie in ended)


def test_who_is_kept_out_is_led_back_to_a_page(tmp_path: Path):
    """After signing in one comes to the page that was asked for; not to what a form was sent to."""
    with persons_parts(tmp_path) as parts:
        gate, entry = signing_in(parts)
        with asking(parts.site, more=entry, gate=gate) as ask:
            page, form = ask("/audit").text, ask("/sign-out", "POST").text

    assert 'href="/sign-in?to=/audit"' in page
    assert 'href="/sign-in"' in form


def test_a_form_without_a_text_is_of_no_session():
    """An empty text is no session's, whoever sends it."""
    with pytest.raises(Forbidden):
        same_form([""], "")


def test_the_secret_is_read_from_its_file(tmp_path: Path):
    """As it stands there, without the line's end; a file that cannot be read is said, and nothing of what is in it."""
    file = tmp_path / "secret"
    file.write_text("sesame\n", "utf-8")
    named = {"BALOO_SIGN_IN_ISSUER": "https://id.example.org", "BALOO_SIGN_IN_CLIENT": "baloo"}
    with persons_parts(tmp_path) as parts:
        flows = [flow_of(load_settings(tmp_path / "none.toml", named | {"BALOO_SIGN_IN_SECRET_FILE": str(path)}), parts.records,
                         parts.clock) for path in (file, tmp_path / "gone")]
        flow = flows[0]()
        with pytest.raises(InputError, match="cannot be read"):
            flows[1]()

    assert flow is not None
    assert flow.provider.secret == "sesame"


def test_two_tabs_sign_in_at_once(tmp_path: Path):
    """Each way to the provider has a cookie of its own: who goes twice comes back twice, in any order, each once."""
    with persons_parts(tmp_path) as parts:
        sessions, flow = Sessions(parts.records), Flow(parts.records, Provider())  # type: ignore[arg-type]
        gate = Gate(parts.clock, sessions)
        with asking(parts.site, more=routes(Desk(parts.site, gate, sessions, lambda: flow)), gate=gate) as ask:
            went = [ask(f"/sign-in/go?to=/{place}") for place in ("areas", "systems")]
            jar = "; ".join(one.headers["set-cookie"].split(";")[0] for one in went)
            states = [parse_qs(urlsplit(one.headers["location"]).query)["state"][0] for one in went]
            came = [ask(f"/sign-in/back?code=c&state={state}", cookie=jar) for state in (*states[::-1], states[0])]

    assert [one.headers.get("location") for one in came] == ["/systems", "/areas", None]
    assert came[2].status_code == 403


def test_a_place_comes_back_as_it_was(tmp_path: Path):
    """Where somebody wanted to go survives the way to the provider and back, with what is encoded in it."""
    with persons_parts(tmp_path) as parts:
        sessions, flow = Sessions(parts.records), Flow(parts.records, Provider())  # type: ignore[arg-type]
        gate = Gate(parts.clock, sessions)
        with asking(parts.site, more=routes(Desk(parts.site, gate, sessions, lambda: flow)), gate=gate) as ask:
            went = ask("/sign-in/go?to=/systems/a%2526b%253Fc")
            state = parse_qs(urlsplit(went.headers["location"]).query)["state"][0]
            came = ask(f"/sign-in/back?code=c&state={state}", cookie=went.headers["set-cookie"].split(";")[0])

    assert came.headers["location"] == "/systems/a%26b%3Fc"


@pytest.mark.parametrize(("error", "status", "says"), [(Forbidden("No."), 403, "is over"), (Busy("Away."), 503, "Away.")])
def test_whom_the_provider_does_not_vouch_for_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error: BalooError, status: int, says: str,
):
    """Where the provider refuses or is away, the page of signing in says so in words, and nothing is logged as a fault."""
    with persons_parts(tmp_path) as parts:
        provider = Provider()
        provider.error = error
        sessions = Sessions(parts.records, lambda: provider)
        cookie = sessions.begin("member 1", (), how="provider", now=NOON - 3600 * 1_000_000, member=Member("u-1", (), "kept"))
        gate = Gate(parts.clock, sessions)
        with asking(parts.site, more=routes(Desk(parts.site, gate, sessions, lambda: None)), gate=gate) as ask:
            answer = ask("/sign-in", cookie=f"{COOKIE}={cookie}")

    assert (answer.status_code, says in answer.text) == (status, True)
    assert [record for record in caplog.records if record.name.startswith("baloo")] == []  # others log what they like


def test_who_waits_for_the_provider_takes_no_thread_of_the_pages():
    """However many wait for a provider that is silent, something else is done in a thread meanwhile."""
    answered, gate = threading.Event(), Gate(SystemClock())

    async def meanwhile() -> str:
        waiting = [asyncio.create_task(gate.beside(answered.wait)) for _ in range(60)]
        await asyncio.sleep(0)
        try:
            return await asyncio.wait_for(run_sync(lambda: "a page"), 60)
        finally:
            answered.set()
            await asyncio.gather(*waiting)

    assert asyncio.run(meanwhile()) == "a page"
