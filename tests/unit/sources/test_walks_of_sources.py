"""How single sources walk their systems, where recorded pages do not lead: days, what is late, what ends early."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from baloo.errors import InputError
from baloo.sources import amo, hg, kuma, pontoon, transifex
from baloo.sources.recipe import Cursor, Page, Recipe

TODAY = dt.date(2024, 7, 1)


class Asked:
    """An API that answers what it is told to, and remembers what it was asked."""

    base = "https://one.example.org/marula"
    today = TODAY

    def __init__(self, answers: dict[str, Any], **query: list[str]) -> None:
        self.answers, self.query, self.asked = answers, query, []

    def get(self, path: str, **params: Any) -> Any:
        """The answer to the longest beginning of the path and of what is asked there."""
        self.asked.append(f"{path} {params}")
        known = [start for start in self.answers if self.asked[-1].startswith(start)]
        return self.answers[max(known, key=len)]

    find = get


def walked(recipe: Recipe, api: Asked, at: Cursor) -> list[Page]:
    """All pages of a walk."""
    assert recipe.walk is not None
    return list(recipe.walk(api, at))  # type: ignore[arg-type]


def test_pontoon_is_told_since_when() -> None:
    """Its days have no first one, so a walk that begins nowhere is refused with what to do."""
    with pytest.raises(InputError) as refused:
        walked(pontoon.RECIPE, Asked({}), {})

    assert "--since" in str(refused.value.remedy)


def test_pontoon_goes_on_behind_the_project_that_was_read() -> None:
    """Projects that are named in any order are read in one, from the one behind the cursor on."""
    api = Asked({"api/v2/user-actions": {"actions": [], "project": {"slug": "any"}}}, project=["site", "basket", "tools"])

    walked(pontoon.RECIPE, api, {"since": "2024-06-29", "project": "basket"})
    assert [path.split("/")[3:6:2] for path in api.asked][:3] == [["2024-06-29", "site"], ["2024-06-29", "tools"],
                                                                  ["2024-06-30", "basket"]]


def test_pontoons_last_two_days_are_read_again() -> None:
    """Yesterday may still have gone on where Pontoon is, so no cursor leads beyond it."""
    api = Asked({"api/v2/user-actions": {"actions": [], "project": {"slug": "any"}}}, project=["basket", "site"])

    cursors = [page.cursor for page in walked(pontoon.RECIPE, api, {"since": "2024-06-29"})]
    assert cursors[0] == {"since": "2024-06-29", "project": "basket"}
    assert cursors[-1] == {"since": "2024-06-30"}
    assert all("project" not in cursor for cursor in cursors if cursor["since"] == "2024-06-30")


def test_transifex_is_asked_where_something_was_done() -> None:
    """Of two languages the one in which nothing was done since is passed over; so are texts that nobody touched since."""
    stats = [{"id": f"o:marula:p:site:r:pages:l:{code}", "attributes": {"last_update": f"2024-06-{day}T10:00:00Z"}}
             for code, day in (("sv", "01"), ("sw", "20"))]
    texts = [{"id": day, "attributes": {"datetime_translated": f"2024-06-{day}T10:00:00Z"}} for day in ("02", "20")]
    api = Asked({
        "//api/projects": _listed({"id": "o:marula:p:site", "relationships": {"source_language": {"data": {"id": "l:en"}}}}),
        "//api/resource_language_stats": _listed(*stats), "//api/resource_translations": _listed(*texts),
    })

    pages = walked(transifex.RECIPE, api, {"since": "2024-06-10T00:00:00Z"})
    assert [text["id"] for page in pages for text in page.answers] == ["20"]
    assert pages[-1].cursor == {"since": "2024-06-20T10:00:00Z"}
    assert not any("l:sv" in asked for asked in api.asked)


def _listed(*data: Any) -> dict[str, Any]:
    return {"data": list(data), "links": {"next": None}}


@pytest.mark.parametrize("text", ["when,who\n2014-06-01,ama\n", "", "happened_on\tuser\n"])
def test_a_table_that_is_not_transibutions_is_refused(text: str, tmp_path: Path) -> None:
    """Its first line names the three columns, or it says so."""
    file = tmp_path / "activities.tsv"
    file.write_text(text, "utf-8")
    assert transifex.RECIPE.parse is not None

    with pytest.raises(InputError, match="happened_on"):
        list(transifex.RECIPE.parse(file))


def _change(day: int) -> dict[str, Any]:
    return {"node": f"{day:040d}", "date": [dt.datetime(2024, 6, day, tzinfo=dt.UTC).timestamp(), 0]}


@pytest.mark.parametrize(("at", "days"), [
    ({}, [9, 1, 8, 3, 2]),
    ({"seen": f"{8:040d}"}, [9, 1]),  # that of the first came with a merge
    ({"since": "2024-06-08T00:00:00+00:00"}, [9, 8]),
    ({"seen": f"{9:040d}"}, []),
    ({"seen": f"{7:040d}"}, [9, 1, 8, 3, 2]),  # which was stripped
])  # fmt: skip
def test_mercurials_changes_are_read_as_they_came(at: Cursor, days: list[int]) -> None:
    """However old they are: down to the one that was seen, or to a page that is older than was asked for, each once."""
    came = [[9, 1, 8], [8, 3], [3, 2], [2]]
    pages = {f"json-log/{name} ": {"changesets": [_change(day) for day in page]}
             for name, page in zip(["tip", *(f"{page[0]:040d}" for page in came[1:])], came, strict=True)}
    found = walked(hg.RECIPE, Asked(pages), at)

    nodes = [change["node"] for page in found for change in page.answers]
    assert list(dict.fromkeys(nodes)) == [_change(day)["node"] for day in days]
    assert found[-1].cursor == {"since": at.get("since"), "seen": f"{9:040d}"}


def test_an_empty_repository_has_no_newest_change() -> None:
    """It is read again from its beginning next time."""
    assert walked(hg.RECIPE, Asked({"json-log/tip": {"changesets": []}}), {}) == [Page([], {"since": None, "seen": None})]


def test_a_search_that_reaches_back_no_further_is_over() -> None:
    """What addons.mozilla.org refuses behind its first page is the end of the walk."""
    first = {"results": [{"created": "2024-06-20T10:00:00Z"}], "next": "more"}
    api = Asked({"api/v5/addons/search/ {'sort': 'created', 'page_size': 50, 'page': 1}": first, "api/v5": None})

    pages = walked(amo.RECIPE, api, {})
    assert sum(len(page.answers) for page in pages) == 1
    assert "page" not in pages[-1].cursor


def test_a_time_of_kumas_database_is_pacific() -> None:
    """Summer and winter, a time without an offset is what clocks in California showed."""
    row = {"slug": "Web", "locale": "en-US", "creator": "ama", "first": 0}

    found = [next(iter(kuma.RECIPE.unfold(row | {"created": at}, ["https://mdn.example.org"])))["at"]
             for at in ("2014-07-01 20:00:00", "2014-12-31 20:00:00.000000")]
    assert found == ["2014-07-02T03:00:00Z", "2015-01-01T04:00:00Z"]
