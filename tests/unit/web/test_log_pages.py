"""The pages of loggers, as a browser without scripts meets them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from asking import Ask, asking
from baloo.access.roles import Grant
from baloo.access.sessions import Member, Sessions
from baloo.errors import StorageFull
from baloo.logbook.book import Book
from baloo.web.pages.requests import routes as request_routes
from baloo.web.signin.gate import COOKIE, Gate
from byhand import ByHand, writing

GOOD = "who,date,type,text\nama@example.org,2026-11-02,review,Read it\nTove <tove@example.org>,2026-11-03,advice,Told them\n"


@dataclass
class Watch:
    """A clock that is set by hand."""

    moment: dt.datetime

    def now(self) -> dt.datetime:
        """What it says."""
        return self.moment

    def today(self) -> dt.date:
        """Its day."""
        return self.moment.date()


@dataclass
class Provider:
    """Says in which groups everybody is."""

    groups: tuple[str, ...]
    issuer: str = "https://id.example.org"

    def again(self, member: str) -> Member:
        """The same member, in the groups of now."""
        return Member("1", self.groups, member)


@dataclass
class Marula:
    """A house with its pages."""

    house: ByHand
    ask: Ask
    sessions: Sessions
    watch: Watch
    provider: Provider
    nonces: dict[str, str] = field(default_factory=dict)

    def enter(self, who: str, *grants: Grant, groups: tuple[str, ...] | None = None) -> str:
        """The cookie of somebody with a role, or in groups."""
        now = int(self.watch.moment.timestamp() * 1_000_000)
        member = Member("1", groups, "kept") if groups is not None else None
        cookie = self.sessions.begin(who, grants, how="link", now=now, member=member)
        self.nonces[cookie] = self.sessions.caller(cookie, now=now).nonce
        return cookie

    def get(self, cookie: str, path: str) -> httpx.Response:
        """Open a page."""
        return self.ask(path, cookie=f"{COOKIE}={cookie}")

    def post(self, cookie: str, path: str, **fields: str) -> httpx.Response:
        """Send a form."""
        body = urlencode({"form": self.nonces[cookie], **fields}).encode()
        return self.ask(path, "POST", body, content_type="application/x-www-form-urlencoded", cookie=f"{COOKIE}={cookie}")

    def upload(self, cookie: str, path: str, file: bytes, **fields: str) -> httpx.Response:
        """Send a form with a file."""
        request = httpx.Request("POST", "http://x", data={"form": self.nonces[cookie], **fields}, files={"file": ("t.csv", file)})
        kind = request.headers["content-type"]
        return self.ask(path, "POST", request.read(), content_type=kind, cookie=f"{COOKIE}={cookie}")

    def entries(self) -> list[str]:
        """What is written down for Legal, loaded."""
        self.house.load()
        return sorted(one.entry.text for one in self.house.book.shelf().entries(self.house.legal, limit=99))


@pytest.fixture
def marula(tmp_path: Path) -> Iterator[Marula]:
    """Marula, where Legal is logged for by hand; the group `lawyers` may."""
    house = ByHand(tmp_path / "w")
    parts, _, handlers = writing(house)
    watch, provider = Watch(house.clock.now()), Provider(("lawyers",))
    may = {"lawyers": Grant("logger", "area:legal")}
    sessions = Sessions(parts.records, lambda: provider, lambda groups: [may[one] for one in groups if one in may])
    with asking(parts.site, more=handlers, gate=Gate(watch, sessions)) as ask:
        yield Marula(house, ask, sessions, watch, provider)
    house.close()


LOGGER = Grant("logger", "area:legal")
ENTRY = {"date": "2026-11-02", "type": "review", "text": "Read the contract", "do": "write"}


def test_an_entry_from_the_search_to_taking_it_back(marula: Marula):
    """D01, D10: somebody is looked for and chosen, what they did is written down, edited, taken back; the trail says by whom."""
    tove = marula.enter("operator tove", LOGGER)
    found = marula.post(tove, "/log/legal", who="mens", do="find")
    person = re.search(r'name="person" id="person-\d+" value="(\d+)" checked', found.text)
    assert person is not None
    written = marula.post(tove, "/log/legal", **ENTRY, person=person[1])
    before = marula.get(tove, "/log/legal").text
    after = marula.entries(), marula.get(tove, "/log/legal?said=logged").text
    link = re.search(r'href="(/log/legal/[0-9a-f-]{36})"', after[1])
    assert link is not None
    edited = marula.post(tove, link[1], **{**ENTRY, "text": "Read it twice", "do": "edit"}, person="same")
    again = marula.entries()
    trail = marula.get(tove, link[1]).text
    void = marula.post(tove, link[1], do="void")

    assert "Ama Mensah" in found.text
    assert [one.headers["location"] for one in (written, edited, void)] == [
        "/log/legal?said=logged", "/log/legal?said=edited", "/log/legal?said=void"]
    assert "One more is being taken in." in before
    assert (after[0], again, marula.entries()) == (["Read the contract"], ["Read it twice"], [])
    assert "Changed by operator tove, on the page. Other than before: text." in trail
    assert marula.get(tove, link[1]).status_code == 404


def test_somebody_new(marula: Marula):
    """Who is not found is written down with a name and an address."""
    tove = marula.enter("operator tove", LOGGER)
    unknown = marula.post(tove, "/log/legal", **ENTRY, who="Petra Ek")
    written = marula.post(tove, "/log/legal", **ENTRY, who="Petra Ek", person="new", name="Petra Ek", email="petra@example.org")

    assert unknown.status_code == 400
    assert "Nobody is known by this." in unknown.text
    assert 'id="name" name="name" value="Petra Ek"' in unknown.text
    assert (written.status_code, marula.entries()) == (303, ["Read the contract"])
    assert "Petra Ek" in marula.get(tove, "/log/legal").text


@pytest.mark.parametrize("role", [Grant("logger", "area:words"), Grant("owner", "area:words"), Grant("owner", "system:forum")])
def test_who_logs_for_another_area_does_not_log_here(marula: Marula, role: Grant):
    """A role in another area opens no page of this one, and writes nothing."""
    jun, own = marula.enter("operator jun", role), marula.enter("operator tove", LOGGER)
    marula.post(own, "/log/legal", **ENTRY, person="new", name="Petra Ek")
    (text,) = marula.entries()
    ident = marula.house.book.shelf().entries(marula.house.legal, limit=1)[0].id
    pages = ("/log/legal", "/log/legal/table", f"/log/legal/{ident}")
    asked = [marula.get(jun, path).status_code for path in pages]
    sent = [marula.post(jun, path, **{**ENTRY, "do": do}, person="new", name="Petra Ek", csv=GOOD).status_code
            for path, do in zip(pages, ("write", "write", "void"), strict=True)]

    assert (asked, sent, marula.entries()) == ([403] * 3, [403] * 3, [text])
    assert 'href="/log/legal"' not in marula.get(jun, "/log").text


@pytest.mark.parametrize("role", [Grant("owner", "area:legal"), Grant("owner", "system:adhoc"), Grant("steward"), Grant("admin")])
def test_who_looks_after_it_may_log(marula: Marula, role: Grant):
    """Owners of the area and of the system that takes what is logged, stewards and admins may."""
    assert marula.get(marula.enter("operator idris", role), "/log/legal").status_code == 200


def test_a_group_gives_the_right_and_takes_it(marula: Marula):
    """F10: who is in the group may log; within five minutes after they were taken out they may not, and the page says so."""
    jun = marula.enter("member 1", groups=("lawyers",))
    first = marula.post(jun, "/log/legal", **ENTRY, person="new", name="Petra Ek").status_code
    marula.provider.groups = ()
    marula.watch.moment += dt.timedelta(minutes=4, seconds=59)
    then = marula.post(jun, "/log/legal", **{**ENTRY, "text": "More"}, person="new", name="Petra Ek").status_code

    assert (first, then, marula.get(jun, "/log").status_code) == (303, 403, 403)
    assert marula.entries() == ["Read the contract"]


def test_every_fault_is_told_and_what_was_typed_stays(marula: Marula):
    """A form with faults says all of them, each with a remedy, keeps what was typed, and writes nothing."""
    tove = marula.enter("operator tove", LOGGER)
    answer = marula.post(tove, "/log/legal", who="mens", date="2026-02-30", type="reviev", text="A <b> text", link="example.org",
                         do="write")

    assert answer.status_code == 400
    for said in ("no day of the calendar", "not on the area&#39;s list", "no address of the web", "https://", "who it was",
                 "A &lt;b&gt; text", 'value="mens"', "Ama Mensah"):
        assert said in answer.text
    assert marula.entries() == []


def test_what_a_system_has_is_warned_of(marula: Marula):
    """Where a system of the area, or the very link, has something of theirs that day, only who is sure writes it down."""
    owner = marula.enter("operator tove", Grant("logger", "area:words"))
    entry = {"date": "2026-11-02", "type": "translation", "text": "Answered", "link": "https://forum.example.org/1",
             "locale": "fr", "do": "write", "person": "1", "who": "ama"}
    warned = marula.post(owner, "/log/words", **entry)
    sure = marula.post(owner, "/log/words", **entry, sure="yes")

    assert (warned.status_code, sure.status_code) == (200, 303)
    assert "The forum: Answered a question. It has the very link." in warned.text


def test_private_entries_are_their_loggers_alone(marula: Marula):
    """D03: another logger sees that there is one, neither whose nor what; they cannot open or take it back. It counts."""
    tove, jun = marula.enter("operator tove", LOGGER), marula.enter("operator jun", LOGGER)
    marula.post(tove, "/log/legal", **ENTRY, private="yes", person="1")
    marula.entries()
    ident = marula.house.book.shelf().entries(marula.house.legal, limit=1)[0].id
    mine, theirs = marula.get(tove, "/log/legal").text, marula.get(jun, "/log/legal").text
    beside = marula.post(jun, "/log/legal", **{**ENTRY, "text": "Read another"}, person="1")

    assert "Ama Mensah" in mine
    assert "A private entry of another logger" in theirs
    assert not any(said in theirs for said in ("Ama", "Read the contract", ident))
    assert beside.status_code == 303  # not warned: that would tell
    assert marula.get(jun, f"/log/legal/{ident}").status_code == 404
    assert marula.post(jun, f"/log/legal/{ident}", do="void").status_code == 404
    assert marula.house.active("legal") == 1


def test_a_table_is_previewed_and_written_when_confirmed(marula: Marula):
    """An uploaded file is previewed; confirmed, it is written; the same again adds nothing."""
    tove = marula.enter("operator tove", LOGGER)
    seen = marula.upload(tove, "/log/legal/table", GOOD.encode(), do="look")
    nothing = marula.entries()
    written = marula.post(tove, "/log/legal/table", csv=GOOD, do="write")
    there = marula.entries()
    again = marula.post(tove, "/log/legal/table", csv=GOOD, do="write")

    assert "2 to be written down, 0 there before, 0 with something wrong." in seen.text
    assert "Somebody new." in seen.text
    assert (nothing, there) == ([], ["Read it", "Told them"])
    assert written.headers["location"] == "/log/legal?said=table&n=2"
    assert (again.status_code, "0 to be written down, 2 there before" in again.text) == (200, True)


def test_a_table_with_a_fault_is_not_written(marula: Marula):
    """One faulty line keeps all of them out, whatever is confirmed; the text stays, to be put right."""
    tove = marula.enter("operator tove", LOGGER)
    bad = GOOD + "forum:nobody,2026-11-31,tlak,\n"
    answer = marula.post(tove, "/log/legal/table", csv=bad, do="write")
    no_table = marula.post(tove, "/log/legal/table", csv="wen,what\n", do="look")
    latin = marula.upload(tove, "/log/legal/table", "who\nÅsa".encode("latin-1"), do="look")

    assert "Nobody is known by this account." in answer.text
    assert "forum:nobody,2026-11-31" in answer.text
    assert (no_table.status_code, latin.status_code) == (400, 400)
    assert "Save it as CSV in UTF-8." in latin.text
    assert marula.entries() == []


def test_what_is_too_large_is_said_in_words(marula: Marula):
    """A file of more than a megabyte is answered 413, on a page that says what to do; nothing is written."""
    tove = marula.enter("operator tove", LOGGER)
    answer = marula.upload(tove, "/log/legal/table", GOOD.encode() + b"x" * 1_100_000, do="write")

    assert (answer.status_code, "at most 1,000 lines and 1 MB" in answer.text) == (413, True)
    assert marula.entries() == []


def test_on_a_full_disk_nothing_is_lost(marula: Marula, monkeypatch: pytest.MonkeyPatch):
    """507 in words, with all that was typed, from the form and from the table."""
    tove = marula.enter("operator tove", LOGGER)

    def full(*_: object) -> int:
        raise StorageFull("There is no room left on the disk.", remedy="Make room.")

    monkeypatch.setattr(Book, "_keep", full)
    answers = [marula.post(tove, "/log/legal", **ENTRY, person="new", name="Petra Ek"),
               marula.post(tove, "/log/legal/table", csv=GOOD, do="write")]

    assert [one.status_code for one in answers] == [507, 507]
    assert all("There is no room left on the disk." in one.text for one in answers)
    assert "Read the contract" in answers[0].text
    assert "Told them" in answers[1].text


def test_nothing_personal_in_audit_and_addresses(marula: Marula):
    """The audit, the trail and the addresses that a form leads to name nobody."""
    tove = marula.enter("operator tove", LOGGER)
    led = marula.post(tove, "/log/legal", **ENTRY, person="new", name="Petra Ek", email="petra@example.org").headers["location"]
    with marula.house.book.records.engine.connect() as connection:
        said = str(connection.exec_driver_sql("SELECT * FROM audit").fetchall() + connection.exec_driver_sql(
            "SELECT * FROM trail").fetchall())

    assert not any(name in led + said for name in ("Petra", "petra", "contract"))


def test_little_is_better_written_down_by_hand(tmp_path: Path):
    """C07: for a system where little happens, the steps of its owner lead to the pages of loggers, and only then."""
    house = ByHand(tmp_path / "w")
    parts, _, _ = writing(house)
    with asking(parts.site, more=request_routes(parts)) as ask:
        few, many = ask("/join?volume=few").text, ask("/join?volume=many").text
    house.close()

    assert ('href="/log"' in few, 'href="/log"' in many) == (True, False)
    assert "By hand" in few
