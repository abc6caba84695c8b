"""Logging by the API, as a program with a token meets it, and a logger who is signed in."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from asking import Ask, asking
from baloo.access.programs import PREFIX, Programs
from baloo.access.roles import Grant
from baloo.access.sessions import Sessions
from baloo.errors import Forbidden, InputError, UnknownName
from baloo.logbook.contributors import named, search
from baloo.logbook.entry import Entry
from baloo.people.hands import exclude
from baloo.records import Records
from baloo.records.audit import noted
from baloo.records.programs import programs as table
from baloo.web.signin.gate import COOKIE, FORM, Gate
from byhand import ByHand, writing

ENTRY = {"who": "ama@example.org", "date": "2026-11-05", "type": "review", "text": "Read the contract", "private": False}
WORD = {"who": "ama@example.org", "date": "2026-11-05", "type": "translation", "text": "Translated a page",
        "link": "https://example.org/page", "more": {"locale": "fr"}}
DAY = 86_400_000_000


@dataclass
class Desk:
    """A house, its addresses, and tokens for it."""

    house: ByHand
    ask: Ask
    programs: Programs
    sessions: Sessions
    now: list[int]

    def token(self, area: str = "legal", name: str = "desk", days: int = 90) -> str:
        """A token of an area."""
        return self.programs.create(area, name, who="operator tove", days=days).secret

    def __call__(self, token: str, method: str, path: str = "legal", body: Any = None, **headers: str) -> httpx.Response:
        """Ask for something under `/api/v1/log`; `body` as JSON, or bytes as they are."""
        said = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        address = f"/api/v1/log/{path}".rstrip("/")
        return self.ask(address, method, said, authorization=f"Bearer {token}", **headers)

    def texts(self, token: str, path: str = "legal") -> list[str]:
        """What the list of an area says, after all that waits was loaded."""
        self.house.load()
        return [one["text"] for one in self(token, "GET", path).json()["rows"]]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Marula, where Legal and Words are logged for by hand, with its API."""
    house = ByHand(tmp_path / "w")
    parts, sessions, _ = writing(house)
    now = [int(house.clock.now().timestamp() * 1_000_000)]
    programs = Programs(parts.records, lambda: now[0])
    state = {"registry": lambda: house.registry, "book": house.book}
    with asking(parts.site, gate=Gate(house.clock, sessions, programs=programs), state=state) as ask:
        yield Desk(house, ask, programs, sessions, now)
    house.close()


def test_an_entry_from_writing_down_to_taking_back(desk: Desk):
    """D01, D10: a program writes an entry down, edits it and takes it back; each again is no error; the trail says by whom."""
    token = desk.token()
    made = desk(token, "POST", body=ENTRY)
    ident = made.json()["id"]
    early = desk(token, "PATCH", f"legal/{ident}", {"text": "Read it twice"})
    again = desk(token, "POST", body=ENTRY)
    desk.house.load()
    edited = desk(token, "PATCH", f"legal/{ident}", {"text": "Read it twice", "date": "2026-11-04"}).json()
    desk.house.load()
    same = desk(token, "PATCH", f"legal/{ident}", {"text": "Read it twice"}).json()
    one = desk(token, "GET", f"legal/{ident}").json()
    active = desk.house.active("legal")
    gone = [desk(token, "DELETE", f"legal/{ident}").json()["changed"] for _ in range(2)]
    after = desk(token, "POST", body=ENTRY)

    assert (made.status_code, made.json()["state"], made.headers["location"]) == (201, "written", f"/api/v1/log/legal/{ident}")
    assert (early.status_code, early.json()["type"], early.headers["retry-after"]) == (409, "unsettled", "1")
    assert (again.status_code, again.json()) == (200, {"id": ident, "state": "there"})
    assert (edited["changed"], same["changed"], active) == (True, False, 1)
    assert {name: one["entry"][name] for name in ("date", "type", "who", "text", "private", "logged_by")} == {
        "date": "2026-11-04", "type": "review", "who": "Ama Mensah", "text": "Read it twice", "private": False,
        "logged_by": "log token 1"}
    assert [(step["what"], step["how"], step["who"], step["fields"]) for step in one["trail"]] == [
        ("logged", "api", "log token 1", []), ("edited", "api", "log token 1", ["date", "text"])]
    assert (gone, desk.texts(token), desk.house.active("legal")) == ([True, False], [], 0)
    assert (after.status_code, after.json()["state"]) == (200, "taken back")
    assert ("log token 1", "entry logged", f"{ident} of legal, by api") in [
        (one.who, one.what, one.detail) for one in noted(desk.house.book.records)]


def test_what_is_wrong_is_named_by_field(desk: Desk):
    """Each field that is wrong is named with what to do, and no value is repeated; nothing is kept."""
    token = desk.token()
    bad = desk(token, "POST", body={"who": "forum:17", "date": "2026-02-31", "type": "reveiw", "text": "", "link": "there"})
    found = bad.json()
    others = {
        "where": [desk(token, "POST", body=body).json().get("where") for body in (
            {**ENTRY, "dat": "x"}, {**ENTRY, "private": "perhaps"}, {**ENTRY, "more": {"locale": 7}},
            {**ENTRY, "more": {"locale": "fr"}}, {**ENTRY, "who": "forum:nobody"}, {**ENTRY, "who": ""},
            {**ENTRY, "date": "2027-11-05"})],
        "status": [desk(token, "POST", body=body).status_code for body in (
            b"", b"[]", b"{", b'{"who": "a", "who": "b"}', b"\xff", b"[" * 9_000, b"x" * 60_000)],
    }

    assert (bad.status_code, bad.headers["content-type"]) == (400, "application/problem+json")
    assert (found["type"], found["where"]) == ("faulty-entry", "date")
    assert [(one["field"], bool(one["message"]), bool(one["remedy"])) for one in found["faults"]] == [
        (name, True, True) for name in ("date", "type", "text", "link")]
    assert "reveiw" not in bad.text
    assert others["where"] == ["dat", "private", "more", "more.locale", "who", "who", "date"]
    assert others["status"] == [400] * 6 + [413]
    assert desk.texts(token) == []


def test_what_another_system_has_is_told_first(desk: Desk):
    """D10: where the forum has something of hers that day, it is a 409 that lists it, until the program says that it is sure."""
    token, that_day = desk.token("words"), {**WORD, "date": "2026-11-02"}
    warned = desk(token, "POST", "words", that_day)
    sure = desk(token, "POST", "words", {**that_day, "sure": True})

    assert (warned.status_code, warned.json()["type"]) == (409, "already-there")
    assert warned.json()["already"] == [{"system": "forum", "kind": "forum.answer", "same": False}]
    assert (sure.status_code, desk.texts(token, "words")) == (201, ["Translated a page"])
    assert desk(token, "POST", "words", that_day).status_code == 200


def test_fields_that_an_area_needs(desk: Desk):
    """They are said under `more`, are told again, and one of them can be edited while the others stay."""
    token = desk.token("words")
    without = desk(token, "POST", "words", {**WORD, "more": {}}).json()
    ident = desk(token, "POST", "words", WORD).json()["id"]
    desk.house.load()
    changed = desk(token, "PATCH", f"words/{ident}", {"more": {"locale": "sw"}}).json()["changed"]
    desk.house.load()

    assert without["faults"][0]["field"] == "locale"
    assert changed
    assert desk(token, "GET", f"words/{ident}").json()["entry"]["more"] == {"locale": "sw"}


def test_a_token_is_of_one_area_and_has_an_end(desk: Desk):
    """It opens its own area alone, not after its day, nor once it was revoked or renewed; what it did is told of its number."""
    token, gone = desk.token(days=2), desk.token(name="other")
    other = [desk(token, method, "words", WORD).status_code for method in ("GET", "POST")]
    listed = [one["area"] for one in desk(token, "GET", "").json()["rows"]]
    desk.programs.revoke(2, who="operator tove", area="legal")
    revoked = desk(gone, "GET").status_code
    renewed = desk.programs.renew(1, who="operator tove", days=2).secret
    before = [desk(one, "GET").status_code for one in (token, renewed)]
    desk.now[0] += 2 * DAY
    after = desk(renewed, "GET").status_code
    ways = [desk.ask("/api/v1/log/legal", authorization=said).status_code
            for said in (f"Basic {renewed}", "Bearer", f"bearer {PREFIX}")]

    assert (other, listed, revoked, before, after) == ([403, 403], ["legal"], 403, [403, 200], 403)
    assert ways == [403] * 3
    with desk.house.book.records.engine.connect().execution_options(writes=False) as connection:
        kept = [cell for row in connection.execute(sa.select(table)) for cell in row]
    assert not {renewed, renewed.encode(), token} & set(kept)
    assert [(one.what, one.detail) for one in noted(desk.house.book.records) if "token" in one.what] == [
        ("token renewed", "log token 1"), ("token revoked", "log token 2"),
        ("token made", "log token 2, other, of legal"), ("token made", "log token 1, desk, of legal")]


def test_tokens_that_cannot_be(tmp_path: Path):
    """No name, too long a life, a token that is not there or of another area: each is refused."""
    records = Records.open(tmp_path / "records.sqlite")
    programs = Programs(records, lambda: DAY)
    for name, days in (("", 9), ("Two words", 9), ("desk", 0), ("desk", 401)):
        with pytest.raises(InputError):
            programs.create("legal", name, who="operator tove", days=days)
    programs.create("legal", "desk", who="operator tove")
    with pytest.raises(UnknownName):
        programs.revoke(1, who="operator tove", area="words")
    with pytest.raises(UnknownName):
        programs.renew(7, who="operator tove")
    with pytest.raises(Forbidden):
        programs.caller(f"{PREFIX}{'x' * 43}")
    records.close()


def test_private_entries_are_told_to_who_wrote_them(desk: Desk):
    """To another program of the area a private entry is a month alone: it is not read, edited or taken back."""
    mine, other = desk.token(), desk.token(name="other")
    ident = desk(mine, "POST", body={**ENTRY, "private": True}).json()["id"]
    desk.house.load()
    (row,) = desk(other, "GET").json()["rows"]
    refused = [desk(other, method, f"legal/{ident}", body).status_code for method, body in (
        ("GET", None), ("PATCH", {"text": "Mine"}), ("DELETE", None))]

    assert {name: said for name, said in row.items() if said} == {
        "id": ident, "hidden": True, "month": "2026-11", "private": True}
    assert refused == [404, 404, 404]
    assert desk.texts(mine) == ["Read the contract"]


def test_a_list_is_read_page_by_page(desk: Desk):
    """Each page goes on behind the last entry of the one before, the latest days first, until there is no more."""
    token, book = desk.token(), desk.house.book
    entries = [Entry(desk.house.clock.today().replace(day=day), "review", f"{day} {n}") for day in (3, 4) for n in range(3)]
    whom = desk(token, "POST", body={**ENTRY, "date": "2026-11-01"}).json()["id"]
    desk.house.load()
    stood = book.stood(desk.house.legal, whom)
    ama = named(book.records, "ama@example.org")
    book.write(desk.house.legal, [book.wanted(desk.house.legal, ama, one) for one in entries], who="operator tove", how="file")
    desk.house.load()
    seen, pages, more, after = list[str](), 0, True, ""
    while more:
        page = desk(token, "GET", f"legal?limit=3{after}").json()
        seen += [one["text"] for one in page["rows"]]
        more, after, pages = page["more"], f"&after={page['rows'][-1]['id']}", pages + 1

    assert stood.entry.text == seen[-1]
    assert (len(seen), len(set(seen)), pages) == (7, 7, 3)
    assert [text[0] for text in seen[:6]] == ["4"] * 3 + ["3"] * 3


def test_who_opted_out_is_passed_over(desk: Desk):
    """Who opted out is not found by a program, and what it writes of them is not kept, as no system's is."""
    token = desk.token()
    records = desk.house.book.records
    exclude(records, [search(records, "Ama")[0].person], why="opted-out", who="tests")
    answer = desk(token, "POST", body=ENTRY)

    assert answer.status_code == 201
    assert desk.texts(token) == []


def test_a_logger_who_is_signed_in(desk: Desk):
    """A session reads by its cookie, and changes something only with the text that its forms carry, as a header."""
    cookie = desk.sessions.begin("member 7", [Grant("logger", "area:legal")], how="link", now=desk.now[0])
    named_ = {"cookie": f"{COOKIE}={cookie}"}
    told = desk.ask("/api/v1/log", **named_).json()
    body = json.dumps(ENTRY).encode()
    without = desk.ask("/api/v1/log/legal", "POST", body, **named_)
    written = desk.ask("/api/v1/log/legal", "POST", body, **named_, **{FORM: told["form"]})
    elsewhere = desk.ask("/api/v1/log/legal", "POST", body, origin="https://else.example", **named_, **{FORM: told["form"]})

    assert (told["who"], [one["area"] for one in told["rows"]]) == ("member 7", ["legal"])
    assert (without.status_code, written.status_code, elsewhere.status_code) == (403, 201, 403)
    assert desk.ask("/api/v1/log/legal").status_code == 403


def test_addresses_and_methods_that_are_not_there(desk: Desk):
    """An unknown area or entry is a 404, a method that is not taken a 405 that names those that are."""
    token = desk.token()
    ident = "6f1f6e0e-7d7c-4c1b-9a43-0a4d8f3d2a10"

    strange = ("nothing", f"legal/{ident}", "legal?after=%7D%F2%A1%AA%92%C2%95", "legal/%7Bx%7D", "legal?limit=0")

    assert [desk(token, "GET", path).status_code for path in strange] == [404, 404, 404, 404, 400]
    assert [(answer.status_code, answer.headers.get("allow")) for answer in (
        desk(token, "PUT", ""), desk(token, "PUT"), desk(token, "PUT", f"legal/{ident}"))] == [
        (405, "GET"), (405, "GET, POST"), (405, "GET, PATCH, DELETE")]
    assert desk(token, "GET", "legal/a/b").status_code == 404
