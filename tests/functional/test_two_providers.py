"""Signing in with two independent providers that run here: PyPI's `oidc-provider-mock`, npm's `oidc-provider`.

A browser without a screen walks from the real application to the provider, fills in its forms, and comes back.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

from baloo.people.resolver import Actor
from baloo.records import Records
from baloo.records.audit import noted
from baloo.web.app import make_app
from baloo.web.signin.gate import COOKIE
from baloo.workspace import Workspace
from persons import seen
from ports import free_port

T = TypeVar("T")

ADDRESS = "http://baloo.example.org"
SECRET = "not a secret + here"
REGISTRY = {
    "community.yaml": """
community: marula
may:
  - {group: reps, role: logger, area: reps}
  - {group: people-team, role: steward}
""",
    "systems/remo.yaml": "system: remo\nkinds: {remo.event: Held an event}\n",
    "areas/reps.yaml": "area: reps\ncounts: [{system: remo}]\n",
}
_HOUSE = Path(__file__).parents[2]
_MODULES = _HOUSE / ".node" / "node_modules"


class Clock:
    """The machine's clock, as far ahead as a test sets it."""

    ahead = 0

    def now(self) -> dt.datetime:
        """The moment."""
        return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self.ahead)

    def today(self) -> dt.date:
        """Its day."""
        return self.now().date()


@dataclass
class Provider:
    """A provider that runs in a process of its own."""

    name: str
    port: int
    process: subprocess.Popen[bytes]

    @property
    def issuer(self) -> str:
        """What it calls itself."""
        return f"http://127.0.0.1:{self.port}"

    def say(self, subject: str, groups: list[str], **more: Any) -> None:
        """Let somebody have these groups, and other claims."""
        said = {"groups": groups, **more}
        place = f"{self.issuer}/{'users' if self.name == 'mock' else 'people'}/{subject}"
        assert httpx.put(place, json=said, timeout=60).status_code == 204

    def forget(self, subject: str) -> None:
        """Vouch for somebody no more."""
        if self.name == "mock":
            assert httpx.post(f"{self.issuer}/users/{subject}/revoke-tokens", timeout=60).status_code == 204
        else:
            assert httpx.delete(f"{self.issuer}/people/{subject}", timeout=60).status_code == 204

    def go_ahead(self, seconds: int) -> None:
        """Move its clock, where it has one that can be moved."""
        if self.name == "node":
            assert httpx.put(f"{self.issuer}/clock", content=str(seconds), timeout=60).status_code == 204


@pytest.fixture(scope="module", params=["mock", "node"])
def provider(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Provider]:
    """One of the two, when it answers."""
    port, folder = free_port(), tmp_path_factory.mktemp("provider")
    if request.param == "mock":
        command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), "--require-nonce", "true"]
    else:
        node = shutil.which("node")
        if node is None or not (_MODULES / "oidc-provider").is_dir():
            pytest.skip("Node.js and npm's oidc-provider are needed: `sh tests/install-system` installs the latter")
        shutil.copy(_HOUSE / "tests" / "provider" / "provider.mjs", folder)
        (folder / "node_modules").symlink_to(_MODULES)
        command = [node, "--preserve-symlinks", str(folder / "provider.mjs"), str(port), f"{ADDRESS}/sign-in/back"]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log, env={**os.environ, "AUTHLIB_INSECURE_TRANSPORT": "1"})
    found = Provider(request.param, port, process)
    try:
        while True:
            assert process.poll() is None, (folder / "log").read_text()
            with suppress(httpx.HTTPError):
                if httpx.get(f"{found.issuer}/.well-known/openid-configuration", timeout=60).status_code == 200:
                    break
            time.sleep(0.05)
        yield found
    finally:
        process.terminate()
        process.wait()


@dataclass
class House:
    """The application with a provider, its clock, and one loop in which everything is asked."""

    provider: Provider
    workspace: Workspace
    clock: Clock = field(default_factory=Clock)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __post_init__(self) -> None:
        self.app = make_app(self.workspace, clock=self.clock)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Carry out."""
        return self.loop.run_until_complete(work)

    def go_ahead(self, seconds: int) -> None:
        """Let time pass, here and at the provider."""
        self.clock.ahead += seconds
        self.provider.go_ahead(self.clock.ahead)

    def audit(self) -> list[tuple[str, str, str]]:
        """Who, what and of what, the first entry first."""
        records = Records.open(self.workspace.records)
        try:
            return [(one.who, one.what, one.detail) for one in reversed(noted(records))]
        finally:
            records.close()


@pytest.fixture
def house(provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A workspace whose settings name the provider, which may take its time on a busy machine."""
    monkeypatch.setattr("baloo.access.provider._SECONDS", 120.0)
    lines = {
        "address": ADDRESS, "sign_in_issuer": provider.issuer, "sign_in_client": "baloo", "sign_in_secret": SECRET,
        "sign_in_scopes": ["groups", "email"],
    }
    settings = "".join(f"{name} = {json.dumps(value)}\n" for name, value in lines.items())
    workspace = Workspace.init(tmp_path / "w", settings=settings)
    for name, text in REGISTRY.items():
        file = workspace.registry / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    provider.go_ahead(0)
    made = House(provider, workspace)
    try:
        yield made
    finally:
        made.run(made.loop.shutdown_default_executor())
        made.loop.close()


class Browser:
    """Keeps cookies, follows redirects one by one, fills in the forms of a provider."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.jar = httpx.Cookies()

    def ask(self, address: str, method: str = "GET", **form: str) -> httpx.Response:
        """One request and its answer, not followed."""

        async def asked() -> httpx.Response:
            mounts = {ADDRESS: httpx.ASGITransport(app=self.house.app)}  # type: ignore[arg-type]
            async with httpx.AsyncClient(mounts=mounts, cookies=self.jar, timeout=60) as client:
                headers = {"origin": f"{urlsplit(address).scheme}://{urlsplit(address).netloc}"} if method == "POST" else {}
                answer = await client.request(method, address, data=form or None, headers=headers)
                self.jar = client.cookies
                return answer

        return self.house.run(asked())

    def get(self, path: str) -> httpx.Response:
        """One page of ours."""
        return self.ask(ADDRESS + path)

    def back_from(self, subject: str, to: str = "/") -> str:
        """Walk to the provider and sign in there; the address that leads back, not yet asked for."""
        answer = self.get(f"/sign-in/go?to={to}")
        for _ in range(12):
            if answer.is_redirect:
                address = urljoin(str(answer.url), answer.headers["location"])
                if address.startswith(f"{ADDRESS}/sign-in/back"):
                    return address
                answer = self.ask(address)
            else:
                address, form = _filled(answer, subject)
                answer = self.ask(address, "POST", **form)
        raise AssertionError(answer.text)

    def sign_in(self, subject: str, to: str = "/") -> httpx.Response:
        """All the way there and back; the answer that sets the session."""
        return self.ask(self.back_from(subject, to))

    def roles(self) -> set[str]:
        """The roles that the page of signing in tells."""
        return set(re.findall(r"<dt>(.*?)</dt>", self.get("/sign-in").text))


def _filled(answer: httpx.Response, subject: str) -> tuple[str, dict[str, str]]:
    """The first form of a provider's page, filled in: its address and its fields."""
    form = re.search(r"<form(.*?)>(.*?)</form>", answer.text, re.DOTALL)
    assert form is not None, answer.text
    action = re.search(r'action="([^"]*)"', form[1])
    hidden = {
        name[1]: unescape(value[1]) if (value := re.search(r'value="([^"]*)"', tag)) else ""
        for tag in re.findall(r"<input[^>]*hidden[^>]*>", form[2]) if (name := re.search(r'name="([^"]*)"', tag))
    }
    said = {**hidden, "sub": subject, "login": subject, "password": "any"}
    return urljoin(str(answer.url), unescape(action[1]) if action else ""), said


@pytest.fixture
def browser(house: House) -> Browser:
    """Somebody's browser."""
    return Browser(house)


def test_groups_give_rights(house: House, browser: Browser):
    """F09: a member of a group that the registry gives a role to has that role alone; they are led where they wanted to go."""
    house.provider.say("u-ama", ["people-team", "choir"])
    before = browser.get("/people/review").status_code
    came = browser.sign_in("u-ama", "/people/review")
    cookie = came.headers.get_list("set-cookie")[0]

    assert before == 403
    assert (came.status_code, came.headers["location"]) == (303, "/people/review")
    assert all(part in cookie for part in (f"{COOKIE}=", "HttpOnly", "SameSite=lax", "Path=/;"))
    assert browser.get("/people/review").status_code == 200
    assert browser.roles() == {"contributor", "steward"}


def test_who_is_in_no_group_has_no_right(house: House, browser: Browser):
    """Whoever the provider vouches for may sign in; without a group that is spoken of they see no more than others."""
    house.provider.say("u-jun", ["choir"])
    browser.sign_in("u-jun")

    assert browser.roles() == {"contributor"}
    assert browser.get("/people/review").status_code == 403


def test_a_right_comes_and_goes_with_the_group(house: House, browser: Browser):
    """F10: added to the group `reps` one may log for Reps, taken out one may not: within five minutes, without signing in."""
    house.provider.say("u-tove", [])
    browser.sign_in("u-tove")
    seen = [browser.roles()]
    for groups in (["reps"], []):
        house.provider.say("u-tove", groups)
        house.go_ahead(5 * 60)
        seen.append(browser.roles())

    assert seen == [{"contributor"}, {"contributor", "logger area:reps"}, {"contributor"}]
    who = house.audit()[0][0]
    assert house.audit() == [
        (who, "signed in", "by provider: no role"), (who, "rights changed", "logger area:reps"),
        (who, "rights changed", "no role"),
    ]
    assert re.fullmatch(r"member [0-9a-f]{12}", who)


@pytest.mark.parametrize(("told", "shown"), [
    ({"email": "Ama@Example.org", "email_verified": True}, True), ({"email": "ama@example.org", "email_verified": False}, False),
    ({"email": "tove@example.org", "email_verified": True}, False),
    ({"email": "choir@example.org", "email_verified": True}, False), ({}, False),
])
def test_whom_an_address_is_known_of_signs_in_to_their_own_page(
    house: House, browser: Browser, told: dict[str, Any], shown: bool,
):
    """By an address that the provider verified and that is theirs alone; after signing out the page is closed."""
    records = Records.open(house.workspace.records)
    (ama, *_) = seen(records, Actor("remo", "ama", None, "ama@example.org", "Ama Mensah"),
                     Actor("remo", "jun", None, "choir@example.org", "Jun Sato"),
                     Actor("remo", "idris", None, "choir@example.org", "Idris Kaya"))
    records.close()
    house.provider.say("u-ama", [], **told)
    came = browser.sign_in("u-ama", "/me")
    page = browser.get(came.headers["location"])
    form = re.search(r'name="form" value="([^"]+)"', browser.get("/sign-in").text)
    assert form is not None
    browser.ask(f"{ADDRESS}/sign-out", "POST", form=form[1])

    assert (page.status_code, "Hello, Ama Mensah" in page.text) == ((200, True) if shown else (403, False))
    assert came.headers["location"] == ("/me" if shown else "/me?said=unknown")
    assert ((f"person, identity {ama}", "signed in to their own page", "by provider") in house.audit()) == shown
    assert browser.get("/me").status_code == 403


def test_the_provider_is_not_asked_at_each_page(house: House, browser: Browser):
    """For some minutes what the provider said holds, though it says something else by now; then it does not."""
    house.provider.say("u-idris", ["people-team"])
    browser.sign_in("u-idris")
    house.provider.say("u-idris", [])

    assert browser.get("/people/review").status_code == 200
    house.go_ahead(5 * 60)
    assert browser.get("/people/review").status_code == 403


def test_whom_the_provider_forgets_is_signed_out(house: House, browser: Browser):
    """Where the provider refuses to speak of somebody, their session ends, and does not come back with the next request."""
    house.provider.say("u-petra", ["people-team"])
    browser.sign_in("u-petra")
    house.provider.forget("u-petra")
    house.go_ahead(5 * 60)
    answers = [browser.get("/people/review").status_code for _ in range(2)]

    assert answers == [403, 403]
    assert house.audit()[-1][1:] == ("rights ended", "the provider refused")
    assert browser.roles() == set()


def test_an_answer_is_good_once(house: House, browser: Browser):
    """The address that leads back opens one session: not a second one in that browser, and none in another."""
    house.provider.say("u-ravi", ["people-team"])
    back = browser.back_from("u-ravi")
    kept, other = httpx.Cookies(browser.jar), Browser(house)
    stolen, first = other.ask(back), browser.ask(back)
    browser.jar = kept
    again = browser.ask(back)

    assert (stolen.status_code, first.status_code, again.status_code) == (403, 303, 403)
    assert not other.jar
    assert COOKIE not in again.headers.get("set-cookie", "")


def test_a_code_is_good_once(house: House, browser: Browser):
    """A code that was used is refused in the answer to another question, too, whose state is right."""
    house.provider.say("u-malik", ["people-team"])
    used = parse_qs(urlsplit(browser.back_from("u-malik")).query)["code"][0]
    browser.sign_in("u-malik")
    fresh = urlsplit(browser.back_from("u-malik"))
    mixed = re.sub(r"code=[^&]*", f"code={used}", fresh.query)
    answer = browser.ask(f"{ADDRESS}/sign-in/back?{mixed}")

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("state", ["", "forged", None])
def test_a_forged_state_is_refused(house: House, browser: Browser, state: str | None):
    """An answer with another state, or none, opens nothing, though the code is good."""
    house.provider.say("u-olu", ["people-team"])
    back = urlsplit(browser.back_from("u-olu"))
    query = re.sub(r"(^|&)state=[^&]*", "" if state is None else rf"\1state={state}", back.query)
    answer = browser.ask(f"{ADDRESS}/sign-in/back?{query}")

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_fixed_session_is_worth_nothing(house: House, browser: Browser):
    """A cookie that somebody brought along is not the one that they leave with, and a session from before is over."""
    house.provider.say("u-marisol", ["people-team"])
    browser.jar.set(COOKIE, "known-to-another", domain="baloo.example.org")
    browser.sign_in("u-marisol")
    first = browser.jar[COOKIE]
    browser.sign_in("u-marisol")
    others = []
    for cookie in ("known-to-another", first):
        another = Browser(house)
        another.jar.set(COOKIE, cookie, domain="baloo.example.org")
        others.append(another.get("/people/review").status_code)

    assert len({"known-to-another", first, browser.jar[COOKIE]}) == 3
    assert others == [403, 403]


def test_nobody_is_led_elsewhere(house: House, browser: Browser):
    """After signing in one is led to the front page of this server, where another site was named."""
    house.provider.say("u-nkechi", [])

    assert browser.sign_in("u-nkechi", "//elsewhere.example").headers["location"] == "/"


def test_signing_out_ends_the_session(house: House, browser: Browser):
    """After signing out the cookie is gone, and worth nothing to who kept it; a link leads to signing out at the provider."""
    house.provider.say("u-ama", ["people-team"])
    browser.sign_in("u-ama")
    kept = browser.jar[COOKIE]
    form = re.search(r'name="form" value="([^"]+)"', browser.get("/sign-in").text)
    assert form is not None
    out = browser.ask(f"{ADDRESS}/sign-out", "POST", form=form[1])
    gone = COOKIE not in browser.jar
    link = re.search(rf'href="({re.escape(house.provider.issuer)}[^"]+)"', browser.get(out.headers["location"]).text)
    browser.jar.set(COOKIE, kept, domain="baloo.example.org")

    assert (out.status_code, gone) == (303, True)
    assert browser.get("/people/review").status_code == 403
    assert link is not None
    assert browser.ask(unescape(link[1])).status_code == 200


def test_nothing_personal_is_kept(house: House, browser: Browser):
    """Neither subject, cookie nor secret stands in the records, or in an address of ours."""
    house.provider.say("u-tove-personal", ["people-team"])
    came = browser.sign_in("u-tove-personal")
    browser.get("/people/review")
    kept = b"".join(file.read_bytes() for file in house.workspace.records.parent.glob("*"))

    for secret in ("u-tove-personal", browser.jar[COOKIE], SECRET):
        assert secret.encode() not in kept
        assert secret not in str(came.url) + came.headers["location"]
