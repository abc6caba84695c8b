"""The live page over ASGI: what is on it, who sees what, and how a token is shown."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

import pretend
from asking import Ask, PretendChecker, asking, pretend_live, pretend_site
from baloo.clock import FixedClock
from baloo.ingest.accept import HTTP, Door
from baloo.settings import load_settings
from baloo.web.live import visits
from baloo.web.live.figure import Hours
from baloo.web.live.gallery import Wanted
from baloo.web.live.hour import Hour
from baloo.web.live.ring import Ring
from baloo.web.live.sight import Sight
from baloo.web.monitor.counts import Counts

_CLOCK = FixedClock(dt.datetime.combine(pretend.TODAY, dt.time(12), dt.UTC))
_DOOR = Door(pretend.registry, _CLOCK, load_settings(Path("none.toml"), {}))
_EVENT = {
    "schema": "contribution", "version": 1, "at": "2026-11-20T10:00:00Z", "system": "forum", "kind": "forum.done",
    "actor": {"name": "Ama <b>Mensah</b>", "email": "ama@example.org"},
}
_FORM = {"content_type": "application/x-www-form-urlencoded"}


def _see(ring: Ring, body: bytes, sender: str | None, tag: str | None = None) -> None:
    ring.saw(_DOOR.accept(body, namespace="baloo", sender=sender, via=HTTP), body, tag)


@pytest.fixture
def checker() -> PretendChecker:
    """Who checks tokens."""
    return PretendChecker()


@pytest.fixture
def ask(checker: PretendChecker) -> Iterator[Ask]:
    """Ask a site that has seen an event of the forum with a tag, one of the wiki, and a hello."""
    ring, site = Ring(), pretend_site()
    _see(ring, json.dumps(_EVENT).encode(), "forum", "ama-7f3k")
    _see(ring, json.dumps({**_EVENT, "system": "wiki", "kind": "wiki.done"}).encode(), "wiki")
    _see(ring, b'{"test":"hello"}', None)
    with asking(site, pretend_live(site, ring, checker=checker)) as found:
        yield found


def _rows(html: str) -> list[str]:
    return re.findall(r'<li id="e(\d+-\d+)"', html)


def test_an_empty_page_says_how_to_fill_it() -> None:
    """Before anything has arrived the page says so, and has the line to try, with a tag of its own each time."""
    with asking(pretend_site()) as ask:
        first, again = ask("/live").text, ask("/live").text

    tag = re.search(r"X-Debug-ID: ([0-9a-f]{8})&#39; -d", first)
    assert tag is not None
    assert "Nothing has arrived yet." in first
    assert "http://marula.example/submit/baloo/" in first
    assert f'href="/live?tag={tag[1]}"' in first
    assert tag[1] not in again


def test_a_page_after_a_restart_shows_the_past() -> None:
    """What came before this process stands on the page, with its day where that is another one."""
    site = pretend_site()
    past = [Sight("lake-0", 1_795_000_000_000_000, True, "forum", "forum.done", "contribution", "1", "production")]
    with asking(site, pretend_live(site, past=past)) as ask:
        html = ask("/live").text

    assert '<li id="elake-0"' in html
    assert "18 November 2026" in html
    assert "Nothing has arrived yet." not in html


def test_everybody_sees_what_gives_nobody_away(ask: Ask) -> None:
    """The page shows each event, newest first, why one was refused and what to do, and nothing of what it says."""
    answer = ask("/live")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert _rows(answer.text) == ["3-0", "2-0", "1-0"]
    assert "No key of this object is one of an event." in answer.text
    assert "Send <code>schema</code>" in answer.text
    assert not [secret for secret in ("Mensah", "example.org", "ama-7f3k") if secret in answer.text]


def test_a_tag_opens_what_was_sent_with_it(ask: Ask) -> None:
    """With its debug tag an event is shown whole, every value escaped; nothing else is on the page then."""
    html = ask("/live?tag=ama-7f3k").text

    assert _rows(html) == ["1-0"]
    assert "ama@example.org" in html
    assert "Ama &lt;b&gt;Mensah" in html
    assert "<b>Mensah" not in html


def test_a_token_opens_what_its_system_sent(ask: Ask) -> None:
    """With a token in the header all events are shown, and those of its system whole."""
    html = ask("/live", authorization="Bearer murof").text

    assert _rows(html) == ["3-0", "2-0", "1-0"]
    assert html.count("ama@example.org") == 3
    assert 'id="c1-0"' in html
    assert 'id="c2-0"' not in html


@pytest.mark.parametrize(("query", "rows"), [
    ("?system=wiki", ["2-0"]), ("?verdict=refused", ["3-0"]), ("?tag=", ["3-0", "2-0", "1-0"]),
    ("?schema=contribution&verdict=accepted", ["2-0", "1-0"]),
])
def test_the_address_says_what_is_shown(ask: Ask, query: str, rows: list[str]) -> None:
    """Filters are in the address, and an empty field of the form asks for everything."""
    assert _rows(ask(f"/live{query}").text) == rows


def _csv(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(("query", "accepted", "refused"), [
    ("", 2, 1), ("?system=forum", 1, 0), ("?verdict=refused", 0, 1), ("?verdict=accepted", 2, 0), ("?schema=contribution", 2, 0),
])
def test_the_last_hour_is_drawn_and_told(query: str, accepted: int, refused: int) -> None:
    """As a finding, a figure and a table; the file has the same numbers, cell for cell."""
    counts = Counts()
    live = pretend_live(pretend_site(), counts=counts)
    wiki = {**_EVENT, "system": "wiki", "kind": "wiki.done"}
    for body, sender in ((_EVENT, "forum"), (wiki, "wiki"), ({"test": "hello"}, None)):
        raw = json.dumps(body).encode()
        counts.saw(_DOOR.accept(raw, namespace="baloo", sender=sender, via=HTTP), raw, None)
    with asking(pretend_site(), live) as ask:
        html, (head, *rows) = ask(f"/live{query}").text, _csv(ask(f"/live.csv{query}").text)
    told = [re.findall(r'<data value="([^"]*)"', row) for row in re.findall('<tr><th scope="row">.*?</tr>', html)]

    assert head == ["minute", "accepted", "refused"]
    assert rows == told
    assert (len(rows), sum(int(row[1]) for row in rows), sum(int(row[2]) for row in rows)) == (60, accepted, refused)
    assert html.count('<svg class="chart') == 2
    assert f'href="/live.csv{query}"' in html


def test_an_hour_forgets_what_is_older() -> None:
    """Each minute has what was counted in it, and after sixty of them the first is gone."""
    counts, time = Counts(), [1_795_000_020.0]
    hour, raw = Hour(counts, lambda: time[0]), json.dumps(_EVENT).encode()
    for _ in range(3):
        counts.saw(_DOOR.accept(raw, namespace="baloo", sender="forum", via=HTTP), raw, None)
        time[0] += 60
        hour.turn()
    first = [minute.accepted for minute in hour.minutes(Wanted())]
    for _ in range(58):
        time[0] += 60
        hour.turn()

    assert first == [0] * 56 + [1, 1, 1, 0]
    assert [minute.accepted for minute in hour.minutes(Wanted())] == [1, *[0] * 59]


def test_a_figure_serves_who_comes_by_meanwhile() -> None:
    """It is made anew after a while, and for who asks for something else."""
    counts, site = Counts(), pretend_site()
    hours, scene, raw = Hours(Hour(counts)), site.scene({}), json.dumps(_EVENT).encode()
    counts.saw(_DOOR.accept(raw, namespace="baloo", sender="forum", via=HTTP), raw, None)
    first = hours.figure(scene, Wanted())
    again, other = hours.figure(scene, Wanted(tag="ama")), hours.figure(scene, Wanted(system="forum"))

    assert again is first
    assert other is not first


def test_nothing_in_an_hour_is_said(ask: Ask) -> None:
    """Without a figure of nothing; and who asks for a tag is shown their events alone."""
    assert "Nothing has arrived since" in ask("/live").text
    assert 'id="hour"' not in ask("/live?tag=ama-7f3k").text


@pytest.mark.parametrize(("query", "verdicts"), [
    ("", ["refused", "accepted", "accepted"]), ("?verdict=refused", ["refused"]), ("?system=wiki", ["accepted"]),
])
def test_what_is_shown_is_a_file_too(query: str, verdicts: list[str], ask: Ask) -> None:
    """The events as CSV, without what they say of anybody, whoever asks."""
    answer = ask(f"/live/events.csv{query}", authorization="Bearer murof")
    head, *rows = _csv(answer.text)

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert [row[head.index("verdict")] for row in rows] == verdicts
    assert "Mensah" not in answer.text
    assert "example.org" not in answer.text
    assert f'href="/live/events.csv{query}"' in ask(f"/live{query}").text.replace("&amp;", "&")


@pytest.mark.parametrize(("query", "status"), [
    ("?sytem=wiki", 400), ("?system=wikii", 404), ("?schema=x", 404), ("?verdict=maybe", 400), ("?tag=a%20b", 400),
])
def test_what_cannot_be_asked_is_said(ask: Ask, query: str, status: int) -> None:
    """An unknown key, system, schema or verdict, and a tag that is none, are a page that says so; and a problem on the stream."""
    page, stream, file = ask(f"/live{query}"), ask(f"/live/events{query}"), ask(f"/live.csv{query}")

    assert (page.status_code, stream.status_code, file.status_code) == (status, status, status)
    assert "<h1" in page.text
    assert stream.headers["content-type"] == "application/problem+json"


def test_a_token_is_shown_in_a_form_and_kept_in_a_cookie(ask: Ask, checker: PretendChecker) -> None:
    """The form answers with a cookie that is not the token, that no script and no other site gets, and ends with the token."""
    posted = ask("/live/token", "POST", b"token=murof", **_FORM)
    cookie = posted.headers["set-cookie"]
    named = cookie.partition(";")[0]
    mine = ask("/live", cookie=named).text
    checker.gone.add("murof")
    gone = ask("/live", cookie=named).text
    checker.gone.clear()
    again = ask("/live", cookie=named).text

    assert (posted.status_code, posted.headers["location"]) == (303, "/live")
    assert "murof" not in cookie
    assert all(part in cookie for part in ("HttpOnly", "SameSite=strict", "Path=/live", "Max-Age=1800"))
    assert "ama@example.org" in mine
    assert "murof" not in mine
    assert "ama@example.org" not in gone + again


def test_a_visit_is_over_after_half_an_hour(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cookie whose time is over opens nothing, though its token is still good."""
    monkeypatch.setattr(visits, "SECONDS", -1)
    named = ask("/live/token", "POST", b"token=murof", **_FORM).headers["set-cookie"].partition(";")[0]

    assert "ama@example.org" not in ask("/live", cookie=named).text


def test_a_stream_knows_when_its_token_ends(checker: PretendChecker) -> None:
    """At each look a stream asks anew whose it is: the token that ended, or the visit that was left, ends it too."""
    live = pretend_live(pretend_site(), checker=checker)
    cookie = live.visits.begin("murof")
    plain = {"scheme": "http"}
    by_header = SimpleNamespace(scope=plain, cookies={}, headers={"authorization": "Bearer murof"})
    by_cookie = SimpleNamespace(scope=plain, cookies={visits.COOKIE: cookie}, headers={})
    wanted = Wanted(mine="forum")
    asked = [live._still(request, wanted) for request in (by_header, by_cookie)]  # type: ignore[arg-type]
    before = [ask() for ask in asked]
    live.visits.end(cookie)
    left = [ask() for ask in asked]
    checker.gone.add("murof")

    assert before == [wanted, wanted]
    assert left == [wanted, None]
    assert [ask() for ask in asked] == [None, None]


def test_leaving_ends_the_visit(ask: Ask) -> None:
    """After the button is pressed the cookie opens nothing."""
    named = ask("/live/token", "POST", b"token=murof", **_FORM).headers["set-cookie"].partition(";")[0]
    left = ask("/live/leave", "POST", cookie=named)

    assert left.status_code == 303
    assert "ama@example.org" not in ask("/live", cookie=named).text


def test_a_token_that_is_not_good_is_said(ask: Ask) -> None:
    """A wrong token gets the page with 403, no cookie, and nothing whole."""
    answer = ask("/live/token", "POST", b"token=forum", **_FORM)

    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers
    assert "This token is unknown, revoked or expired." in answer.text
    assert "ama@example.org" not in answer.text


def test_a_token_from_another_site_is_not_taken(ask: Ask) -> None:
    """A right token in a form of another site gets 403 and no cookie."""
    answer = ask("/live/token", "POST", b"token=murof", **_FORM, sec_fetch_site="cross-site")

    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)


def test_a_wrong_header_is_refused_on_the_stream(ask: Ask) -> None:
    """A program that shows a wrong token gets 403, not the public view."""
    assert ask("/live/events", authorization="Bearer nobody").status_code == 403
