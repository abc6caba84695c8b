"""Who may ask for what: every role at every address of the real application."""

from __future__ import annotations

import asyncio
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

import pytest
from litestar import Litestar

from baloo.access.programs import Programs
from baloo.access.roles import PLACED, ROLES, Grant
from baloo.access.sessions import Sessions
from baloo.clock import FixedClock
from baloo.records import Records
from baloo.registry.init import write_empty
from baloo.web.app import Dispatcher, _Pages, make_app
from baloo.web.signin.gate import COOKIE, FORM
from baloo.web.signin.table import BY_TOKEN, LEAST
from baloo.web.words import words_in
from baloo.workspace import Workspace

OPEN_TO = {
    "visitor": set(ROLES),
    "contributor": set(ROLES) - {"visitor"},
    "analyst": {"analyst", "steward", "admin"},
    "logger": {"logger", "owner", "steward", "admin"},
    "owner": {"owner", "admin"},
    "steward": {"steward", "admin"},
    "admin": {"admin"},
}
"""A least role, and who is let in: written by hand, so that it is held against what the code works out."""

_NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
_CLOSED = words_in()("gate-closed")


@dataclass
class House:
    """An application, its routes as `METHOD path`, and a session of each role: its cookie and what its forms carry."""

    app: Dispatcher
    routes: list[str]
    sessions: dict[str, tuple[str, str]]
    token: str
    loop: asyncio.AbstractEventLoop

    def ask(self, row: str, cookie: str = "", form: str = "", **headers: str) -> tuple[int, str]:
        """Status and beginning of the answer to a request; whatever streams is not waited for."""
        method, _, path = row.partition(" ")
        body = urlencode({"form": form}).encode() if method == "POST" and row not in BY_TOKEN else b"{}" * (method != "GET")
        filled = re.sub(r"\{(\w+)\}", lambda name: "1" if name[1] == "person" else "nothing", path)
        named = {"host": "here", "cookie": f"{COOKIE}={cookie}", "content-type": "application/x-www-form-urlencoded", **headers}
        named |= {FORM: form} if form and row in BY_TOKEN else {}
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method, "scheme": "http", "path": filled,
            "raw_path": filled.encode(), "query_string": b"", "root_path": "", "server": ("here", 80), "client": ("192.0.2.1", 9),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()], "state": {},
        }
        return self.loop.run_until_complete(self._asked(scope, body))

    async def _asked(self, scope: dict[str, object], body: bytes) -> tuple[int, str]:
        begun, found = asyncio.Event(), [0, ""]
        sent = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def receive() -> dict[str, object]:
            for message in sent:
                return message
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: dict[str, object]) -> None:
            if message["type"] == "http.response.start":
                found[0] = message["status"]
                if b"text/event-stream" in dict(message["headers"]).get(b"content-type", b""):  # type: ignore[call-overload]
                    begun.set()
            elif message["type"] == "http.response.body":
                found[1] += message["body"].decode("utf-8", "replace")  # type: ignore[attr-defined]
                begun.set()

        task = asyncio.create_task(self.app(scope, receive, send))  # type: ignore[arg-type]
        waiting = asyncio.create_task(begun.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        for one in (task, waiting):
            one.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)
        return found[0], found[1]  # type: ignore[return-value]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The real application over an empty workspace."""
    root = tmp_path_factory.mktemp("who") / "w"
    workspace = Workspace.init(root)
    write_empty(workspace.registry, "marula", "Marula")
    made: list[Litestar] = []
    with pytest.MonkeyPatch.context() as patch:
        begin = _Pages.__init__
        patch.setattr(_Pages, "__init__", lambda self, *a, **k: (begin(self, *a, **k), made.append(self))[0])
        app = make_app(workspace, clock=FixedClock(_NOW))
    routes = [f"{method} {route.path_format}" for route in made[0].routes for method in route.methods - {"OPTIONS", "HEAD"}]
    records, now = Records.open(workspace.records), int(_NOW.timestamp() * 1_000_000)
    sessions, loop = Sessions(records), asyncio.new_event_loop()
    token = Programs(records, lambda: now).create("reps", "desk", who="operator tove").secret
    cookies = {}
    for role in set(ROLES) - {"visitor"}:
        place = f"{PLACED[role][0]}:reps" if role in PLACED else ""
        cookie = sessions.begin(f"somebody who is {role}", [Grant(role, place)], how="link", now=now)
        cookies[role] = cookie, sessions.caller(cookie, now=now).nonce
    try:
        yield House(app, routes, {"visitor": ("", ""), **cookies}, token, loop)
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()
        records.close()


def test_each_address_has_a_row(house: House):
    """Every route of the application has its least role in the table, and every row of the table has its route."""
    assert sorted(house.routes) == sorted(LEAST)


def test_each_role_comes_in_where_it_may(house: House):
    """Every role at every address: who holds the least role is let through the gate, everybody else is not."""
    wrong = []
    for row in LEAST:
        for role in ROLES:
            cookie, form = house.sessions[role]
            if row == "POST /sign-out":  # it ends the session that the others need
                continue
            status, text = house.ask(row, cookie, form)
            let_in = _CLOSED not in text
            if let_in != (role in OPEN_TO[LEAST[row]]) or (not let_in and status != 403) or not status:
                wrong.append((row, role, status, text[:80]))

    assert wrong == []


def test_nothing_changes_from_elsewhere(house: House):
    """A request that changes something is refused from another site, by Origin or by Sec-Fetch-Site, whoever sends it."""
    posts = [row for row in LEAST if not row.startswith("GET")]
    cookie, form = house.sessions["admin"]
    elsewhere = (
        {"origin": "https://elsewhere.example"}, {"origin": "null"}, {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"}, {"origin": "http://["}, {"origin": "http://here.elsewhere.example"},
    )
    answers = {(row, *said.items()): house.ask(row, cookie, form, **said) for row in posts for said in elsewhere}

    assert {key: status for key, (status, text) in answers.items() if status != 403 or not _refused(text)} == {}


def _refused(text: str) -> bool:
    """Whether an answer is the gate's: a page, or a problem from the API."""
    return _CLOSED in text or '"type":"forbidden"' in text


@pytest.mark.parametrize("form", ["", "x", "of another"])
def test_a_form_is_of_its_session(house: House, form: str):
    """A form of a role's pages without the session's own text, or with another session's, does nothing."""
    said = house.sessions["analyst"][1] if form == "of another" else form
    rows = [row for row, least in LEAST.items() if not row.startswith("GET") and least != "visitor"]

    assert {row: house.ask(row, house.sessions["admin"][0], said)[0] for row in rows} == dict.fromkeys(rows, 403)


def test_a_token_opens_the_log_alone(house: House):
    """A program's token comes in as a logger where the table says so, without a form, and nowhere else; a wrong one nowhere."""
    shown = {"authorization": f"Bearer {house.token}"}
    closed = [row for row, least in LEAST.items() if least != "visitor"]
    opened = {row for row in closed if _CLOSED not in (answer := house.ask(row, **shown))[1] and answer[0] != 403}
    beside = [house.ask(row, house.sessions["admin"][0], authorization=f"Bearer {house.token[:-1]}~")[0] for row in BY_TOKEN]

    assert opened == BY_TOKEN
    assert beside == [403] * len(BY_TOKEN)


def test_an_address_without_a_row_is_closed(house: House, monkeypatch: pytest.MonkeyPatch):
    """What nobody has entered in the table is closed to an admin, too."""
    monkeypatch.delitem(LEAST, "GET /about")

    assert house.ask("GET /about", house.sessions["admin"][0])[0] == 403
