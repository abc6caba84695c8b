"""Walks of systems that are not as they should be, or change while they are read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from tests.sources.test_every_source import Run

from baloo.errors import InputError
from baloo.sources.api import Api
from baloo.sources.journal import Journal
from baloo.sources.live import LiveSource
from baloo.sources.mediawiki import RECIPE as WIKI
from baloo.sources.recipe import Cursor, Page, Recipe, by_number, by_time, newest_first


def _of(pages: list[list[str]]) -> Any:
    return lambda _since, page: (pages[page], page + 1 < len(pages))


def _brought(walk: Iterator[Page]) -> tuple[list[Any], Cursor]:
    found = list(walk)
    return [answer for page in found for answer in page.answers], found[-1].cursor


def test_what_is_pinned_ends_no_walk():
    """An old topic that stands before all others says nothing of those behind it."""
    pages = [["2020-01-01", "2024-06-09"], ["2024-06-08", "2024-06-07"], ["2024-06-01", "2024-05-31"], ["2024-05-30"]]

    found, cursor = _brought(newest_first({"since": "2024-06-07"}, _of(pages), str))
    assert found == ["2024-06-09", "2024-06-08", "2024-06-07"]
    assert cursor == {"since": "2024-06-09"}


def test_what_is_dated_ahead_hides_nothing():
    """The next run begins at what came last until now: else a commit of the year 2999 would be the last that is read."""
    ahead = [["2999-01-01", "2024-06-09"]]

    assert _brought(newest_first({}, _of(ahead), str)) == (["2999-01-01", "2024-06-09"], {"since": "2024-06-09"})
    assert _brought(by_time({}, lambda _since, _page: ["2024-06-09", "2999-01-01"], str, 3))[1] == {"since": "2024-06-09"}
    assert _brought(newest_first({"since": "2024-06-01"}, _of([["2999-01-01"]]), str))[1] == {"since": "2024-06-01"}


def test_more_of_one_moment_than_a_page_holds_are_read_from_the_first():
    """They may have moved up since a run was stopped among them."""
    things = [f"2024-06-01 {n}" for n in range(5)]

    def ask(since: str | None, page: int) -> list[str]:
        return [thing for thing in things if thing[:10] >= (since or "")][2 * page - 2 : 2 * page]

    def stamp(thing: str) -> str:
        return thing[:10]

    walk = by_time({}, ask, stamp, 2)
    stopped = [next(walk).cursor for _ in range(3)][-1]
    things.pop(0)

    assert set(_brought(by_time(stopped, ask, stamp, 2))[0]) == set(things)


@pytest.mark.parametrize("walk", [
    lambda: by_time({}, lambda _since, _page: ["2024-06-01"], str, 1),
    lambda: newest_first({}, lambda _since, _page: (["2024-06-01"], True), str),
    lambda: by_number({}, lambda _page: ([1], True), int),
], ids=["by time", "newest first", "by number"])
def test_a_system_that_gives_one_page_for_ever_ends_the_run(walk: Any):
    """Else it would be asked twenty thousand times, and be asked again next time."""
    with pytest.raises(InputError, match="again and again"):
        list(walk())


def _api(*answers: Any) -> Api:
    left = iter(answers)
    api = Api("https://wiki.example.org", per_second=1e6, sleep=lambda _: None)
    api._client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=next(left))))
    return api


def test_a_wiki_that_refuses_is_not_empty():
    """It says so with the status 200."""
    assert WIKI.walk is not None
    with pytest.raises(InputError, match="readapidenied"):
        list(WIKI.walk(_api({"error": {"code": "readapidenied", "info": "You need read permission."}}), {}))


def _source(folder: Path, pages: list[Page], since: str | None = None, first: str | None = None) -> LiveSource:
    recipe = Recipe("A forum", lambda _api, at: iter([page._replace(cursor=at | page.cursor) for page in pages]))
    return LiveSource(recipe, _api(), mapping="forum", journal=Journal(folder), since=since, first=first)


def test_an_answer_of_another_form_is_no_fault_of_ours(tmp_path: Path):
    """The run fails in words, which repeat nothing of the answer, and what came before is kept."""
    def walk(api: Api, _at: Cursor) -> Iterator[Page]:
        yield Page([{"n": 1}], {"since": "2024"})
        yield Page([api.get("latest.json")["topics"]], {})

    source = LiveSource(Recipe("A forum", walk), _api({"ama": "@example.org"}), mapping="forum", journal=Journal(tmp_path))

    with pytest.raises(InputError, match="not the form that is known") as caught:
        list(source.chunks(0))
    assert "ama" not in str(caught.value)
    assert _source(tmp_path, [])._cursor == {"since": "2024"}


def test_a_run_that_begins_elsewhere_leaves_what_is_known(tmp_path: Path):
    """Whoever asks for a later time once has the schedule pass over nothing; where nothing is known it is the beginning."""
    list(_source(tmp_path, [Page([], {"page": 1})], since="2024-01-01").chunks(0))
    began = _source(tmp_path, [])._cursor
    list(_source(tmp_path, [Page([], {"page": 2})], since="2024-06-01").chunks(0))

    assert began == {"since": "2024-01-01", "page": 1}
    assert _source(tmp_path, [])._cursor == began


def test_a_run_begins_a_while_before_the_end_of_the_last(tmp_path: Path):
    """Where its walks have ended, for a replica shows changes late; where nothing comes, that goes back no further."""
    ended = {"walk": {"since": "2024-06-01T00:05:00.000Z"}, "another": {"since": "2024-06-01T00:05:00+02:00"}}
    half = {"half": {"since": "2024-06-01T10:00:00Z", "page": 2}, "by day": {"since": "2024-06-01"}, "nothing": {"since": None}}
    begun: list[Cursor] = []

    def walk(_api: Api, at: Cursor) -> Iterator[Page]:
        begun.append(at)
        yield Page([], at or {"of": ended | half})

    for _ in range(3):
        list(LiveSource(Recipe("A forum", walk), _api(), mapping="forum", journal=Journal(tmp_path)).chunks(0))

    assert begun[1:] == 2 * [{"of": half | {
        "walk": {"since": "2024-05-31T23:55:00.000Z"}, "another": {"since": "2024-05-31T23:55:00+02:00"}}}]


@pytest.mark.parametrize(("name", "says", "begins"), [
    ("discourse", "", "2024-06-30T11:50:00Z"), ("discourse", "overlap_minutes: 60, ", "2024-06-30T11:00:00Z"),
    ("amo", "", "2024-05-31T12:00:00Z"), ("amo", "overlap_minutes: 0, ", "2024-06-30T12:00:00Z"),
])  # fmt: skip
def test_how_long_before_is_said_by_the_system_else_by_its_source(name: str, says: str, begins: str, tmp_path: Path):
    """Ten minutes, of add-ons, which are seen when they were approved, thirty days; or what the system's file has."""
    run = Run(name, tmp_path, lambda text: text.replace("source: {", f"source: {{{says}"))
    (first,) = run.live("https://one.example.org")
    Journal(tmp_path / "imports").write(first._place, {"at": {"since": "2024-06-30T12:00:00Z"}})
    (source,) = run.live("https://one.example.org")

    assert source._cursor == {"since": begins}


@pytest.mark.parametrize("url", ["https://[::1", "https://forum.example.org:port", "https://forum.example.org:99999"])
def test_an_address_that_cannot_be_read_is_none(url: str):
    """It is said, and nothing breaks."""
    with pytest.raises(InputError, match="no address"):
        Api(url)


def test_a_circle_of_addresses_is_left():
    """It is no fault of ours, either."""
    api = _api()
    circle = httpx.MockTransport(lambda _: httpx.Response(302, headers={"location": "/"}))
    api._client = httpx.Client(transport=circle, follow_redirects=True)

    with pytest.raises(InputError, match="circle"):
        api.get("latest.json")


def test_an_answer_that_trickles_has_an_end(monkeypatch: pytest.MonkeyPatch):
    """However steadily it comes: all other systems wait for it."""
    now = iter(range(0, 10**9, 50))
    monkeypatch.setattr("baloo.sources.api.time", SimpleNamespace(monotonic=lambda: float(next(now))))
    sent: list[int] = []

    def trickle() -> Iterator[bytes]:
        for n in range(1_000):
            sent.append(n)
            yield b" "

    api = _api()
    api._client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=trickle())))

    with pytest.raises(InputError, match="too long"):
        api.get("latest.json")
    assert len(sent) < 20


def test_what_lies_ahead_is_more_than_a_day_ahead():
    """A clock may go before ours."""
    tomorrow = (dt.datetime.now(dt.UTC) + dt.timedelta(hours=12)).isoformat()

    assert _brought(newest_first({}, _of([[tomorrow]]), str))[1] == {"since": tomorrow}
