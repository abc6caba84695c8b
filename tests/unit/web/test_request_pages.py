"""Asking for a system, voting, and the steps of a system's owner, as a browser meets them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from asking import Ask, asking
from baloo.cli.app import run
from baloo.errors import InputError, UnknownName
from baloo.records import Records
from baloo.records.audit import noted
from baloo.registry import load
from baloo.registry.init import write_empty
from baloo.watch.requests import Asked, TooMany, accept, ask, decline, requested, vote, voted, voter
from baloo.web.pages.requests import routes
from baloo.web.people.parts import Parts
from baloo.workspace import Workspace
from persons import NOON, persons_parts

WIKI = Asked("The town's <wiki>", "People write pages there.", "some", "https://wiki.example.org")
_HOUR = 3_600_000_000


class Browser:
    """Keeps its cookie, and sends the forms of the page that it saw last."""

    def __init__(self, ask: Ask) -> None:
        self.ask, self.cookie, self.form = ask, "", ""

    def get(self, path: str = "/requests") -> httpx.Response:
        """Open a page."""
        answer = self.ask(path, cookie=self.cookie)
        if "set-cookie" in answer.headers:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
        found = re.search(r'name="form" value="([^"]+)"', answer.text)
        self.form = found[1] if found else self.form
        return answer

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form."""
        body = urlencode({"form": self.form, **fields}).encode()
        return self.ask(path, "POST", body, content_type="application/x-www-form-urlencoded", cookie=self.cookie)


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    """Empty records; nothing is asked for."""
    with persons_parts(tmp_path) as made:
        yield made


@pytest.fixture
def ask_site(parts: Parts) -> Iterator[Ask]:
    """Ask Marula's site."""
    with asking(parts.site, more=routes(parts)) as found:
        yield found


@pytest.fixture
def wanted(parts: Parts, tmp_path: Path) -> int:
    """A request that a steward said yes to."""
    request = ask(parts.records, WIKI, now=NOON - 2 * _HOUR)
    accept(parts.records, request, tmp_path, who="tove", now=NOON)
    return request


def test_a_request_waits_for_a_yes(parts: Parts, ask_site: Ask, tmp_path: Path) -> None:
    """B24: what somebody asks for is shown to nobody; after a steward's yes it is on the page, escaped, and in the audit."""
    browser = Browser(ask_site)
    browser.get()
    asked = browser.post("/requests", title=WIKI.title, goal=WIKI.goal, volume=WIKI.volume, url=WIKI.url)
    before = browser.get().text
    accept(parts.records, 1, tmp_path, who="tove", now=NOON)
    after = browser.get().text

    assert (asked.status_code, asked.headers["location"]) == (303, "/requests?said=asked")
    assert "wiki" not in before
    assert "The town&#39;s &lt;wiki&gt;</a>" in after
    assert "No votes yet" in after


def test_a_browser_votes_once(parts: Parts, ask_site: Ask, wanted: int) -> None:
    """A second vote of the same browser changes nothing, another browser's counts; no script reads the cookie."""
    first, second = Browser(ask_site), Browser(ask_site)
    shown = first.get()
    second.get()
    said = [browser.post("/requests/vote", request=str(wanted)).headers["location"] for browser in (first, first, second)]

    assert said == ["/requests?said=voted", "/requests?said=again", "/requests?said=voted"]
    assert [one.votes for one in requested(parts.records)] == [2]
    assert "You voted for it" in first.get().text
    assert all(part in shown.headers["set-cookie"] for part in ("HttpOnly", "SameSite=strict", "Path=/requests"))
    kept = b"".join(file.read_bytes() for file in Path(str(parts.records.engine.url.database)).parent.glob("*.sqlite*"))
    assert first.cookie.partition("=")[2].encode() not in kept


@pytest.mark.parametrize("break_it", ["no cookie", "another cookie", "no form"])
def test_a_form_is_of_its_browser(parts: Parts, ask_site: Ask, wanted: int, break_it: str) -> None:
    """A vote without the cookie, with another browser's, or without the page's own text is refused, and counts nothing."""
    browser, other = Browser(ask_site), Browser(ask_site)
    browser.get()
    other.get()
    browser.cookie = {"no cookie": "x=y", "another cookie": other.cookie}.get(break_it, browser.cookie)
    browser.form = "" if break_it == "no form" else browser.form
    answer = browser.post("/requests/vote", request=str(wanted))

    assert answer.status_code == 403
    assert [one.votes for one in requested(parts.records)] == [0]


@pytest.mark.parametrize(("field", "value"), [
    ("title", ""), ("title", "x" * 101), ("goal", ""), ("goal", "\x00"), ("volume", "much"), ("url", "javascript:alert(1)"),
    ("url", "https://ama:secret@wiki.example.org"),
])
def test_what_cannot_be_shown_is_not_taken(parts: Parts, ask_site: Ask, field: str, value: str) -> None:
    """Empty, too long or odd fields, and addresses with a secret or of another kind, are refused with 400."""
    browser = Browser(ask_site)
    browser.get()
    good = {"title": WIKI.title, "goal": WIKI.goal, "volume": WIKI.volume, "url": WIKI.url}
    answer = browser.post("/requests", **{**good, field: value})

    assert answer.status_code == 400
    assert requested(parts.records) == []


def test_no_more_is_taken_than_can_be_looked_at(parts: Parts, wanted: int) -> None:
    """Twenty requests and three hundred votes an hour are taken, and more the hour after."""
    for n in range(20):
        ask(parts.records, WIKI, now=NOON + n)
    for n in range(300):
        vote(parts.records, wanted, voter(parts.records, str(n)), now=NOON)

    with pytest.raises(TooMany):
        ask(parts.records, WIKI, now=NOON + 30)
    with pytest.raises(TooMany):
        vote(parts.records, wanted, "late", now=NOON + 30)
    assert ask(parts.records, WIKI, now=NOON + 2 * _HOUR) == 22
    assert vote(parts.records, wanted, "late", now=NOON + 2 * _HOUR)


def test_so_many_may_wait_for_a_yes(parts: Parts) -> None:
    """However slowly they come, no more than two hundred wait; a no makes room."""
    for n in range(200):
        ask(parts.records, WIKI, now=NOON + n * _HOUR)
    with pytest.raises(TooMany):
        ask(parts.records, WIKI, now=NOON + 300 * _HOUR)
    decline(parts.records, 1, who="tove", now=NOON)

    assert ask(parts.records, WIKI, now=NOON + 300 * _HOUR) == 201


def test_what_most_want_stands_first(parts: Parts, wanted: int, tmp_path: Path) -> None:
    """Requests go by their votes, then by their age; the audit says who let them in."""
    later = [ask(parts.records, WIKI, now=NOON + n) for n in range(2)]
    for request in later:
        accept(parts.records, request, tmp_path, who="tove", now=NOON)
    vote(parts.records, later[1], "somebody", now=NOON)

    assert [one.id for one in requested(parts.records)] == [later[1], wanted, later[0]]
    assert (noted(parts.records)[0].who, noted(parts.records)[0].what) == ("tove", "request accepted")


def test_a_yes_is_work_in_the_registry(parts: Parts, tmp_path: Path) -> None:
    """The file that a yes writes is read as open work of that quarter; a no takes the request from the page and its votes."""
    folder = tmp_path / "registry"
    write_empty(folder, "town", "Town")
    request = ask(parts.records, WIKI, now=NOON)
    accept(parts.records, request, folder, who="tove", now=NOON, quarter="2026-Q4")
    work = load(folder).work["request-1"]
    decline(parts.records, request, who="tove", now=NOON)

    assert (work.title, work.state, work.quarter, work.url) == (WIKI.title, "open", "2026-Q4", WIKI.url)
    assert requested(parts.records, "accepted") == []
    with pytest.raises(UnknownName):
        vote(parts.records, request, "somebody", now=NOON)
    with pytest.raises(InputError):
        accept(parts.records, request, folder, who="tove", now=NOON, quarter="soon")
    assert voted(parts.records, "somebody") == frozenset()


def test_a_second_yes_leaves_the_work_as_it_is(parts: Parts, tmp_path: Path) -> None:
    """What somebody wrote into the file of a request stays when a no is taken back; a quarter that it would lose is refused."""
    request = ask(parts.records, WIKI, now=NOON)
    file = accept(parts.records, request, tmp_path, who="tove", now=NOON)
    file.write_text("work: request-1\ntitle: The wiki\nstate: resolved\n", "utf-8")
    decline(parts.records, request, who="tove", now=NOON)
    with pytest.raises(InputError, match="already"):
        accept(parts.records, request, tmp_path, who="tove", now=NOON, quarter="2026-Q4")
    accept(parts.records, request, tmp_path, who="tove", now=NOON)

    assert "state: resolved" in file.read_text("utf-8")
    assert [one.state for one in requested(parts.records)] == ["accepted"]


def test_a_no_says_what_stands_in_the_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A no takes nothing out of the registry, and names the file; before a yes there is none."""
    workspace = Workspace.init(tmp_path / "w")
    records = Records.open(workspace.records)
    ask(records, WIKI, now=NOON)
    records.close()
    said = []
    for words in ("decline", "accept", "decline"):
        run(["-w", str(workspace.root), "requests", words, "1"])
        said.append("registry/work/request-1.yaml" in capsys.readouterr().err)

    assert said == [False, True, True]


def test_the_steps_say_how_far_a_system_is(ask_site: Ask) -> None:
    """A system that tried out has four of five steps behind it; an unknown one gets the nearest name."""
    page, other = ask_site("/join?system=forum").text, ask_site("/join?system=forun")

    assert page.count("Done</span>") == 4
    assert page.count("Not yet</span>") == 1
    assert '"system": "forum", "kind": "forum.done"' in page
    assert "baloo system promote forum" in page
    assert (other.status_code, "Did you mean <code>forum</code>?" in other.text) == (404, True)


def test_little_is_better_written_by_hand(ask_site: Ask) -> None:
    """C07: who says that less than ten things happen a month is sent to the logger, others are not."""
    assert "written down by hand" in ask_site("/join?volume=few").text
    assert "written down by hand" not in ask_site("/join?volume=many").text
