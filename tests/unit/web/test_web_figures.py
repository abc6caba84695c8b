"""Figures as files: the same cells as on the page, and nothing that a sum gives away."""

from __future__ import annotations

import csv
import html.parser
import io
import json

import pytest

import pretend
from asking import Ask, asking, pretend_site
from baloo.metrics.answers import Flows
from baloo.web.figures.catalogue import FIGURES
from baloo.web.figures.once import _merged
from baloo.web.tables import Cell, Column, Table, to_csv


class _Tables(html.parser.HTMLParser):
    """The tables of a page as programs read them: `value` of data, `datetime` of time, text elsewhere."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self._cell: list[str] | None = None
        self._value: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, a row, a cell or a value."""
        found = dict(attrs)
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self._cell = []
        elif tag in {"data", "time"}:
            self._value = found.get("value") or found.get("datetime")

    def handle_data(self, data: str) -> None:
        """Text of a cell."""
        if self._cell is not None:
            self._cell.append(self._value if self._value is not None else data)

    def handle_endtag(self, tag: str) -> None:
        """Close a cell or a value."""
        if tag in {"data", "time"}:
            self._value = None
        elif tag in {"td", "th"} and self._cell is not None:
            self.tables[-1][-1].append("".join(self._cell).strip())
            self._cell = None


@pytest.mark.parametrize(("page", "slug"), [
    ("/", "active"), ("/", "quarters"), ("/", "moves"), ("/", "areas-per-person"), ("/", "areas"), ("/", "changes"),
    ("/areas", "overlap"),
    ("/areas/support", "areas/support/active"), ("/areas/support", "areas/support/pathway"),
    ("/areas/support", "areas/support/moves"), ("/systems/chat", "systems/chat/active"), ("/areas/coding", "areas/coding/areas"),
    ("/organisations/moco", "organisations/moco/quarters"), ("/areas/translation/fr", "areas/translation/fr/active"),
    ("/?as_of=2025-06-30", "active"),
])
def test_the_csv_is_the_table(ask: Ask, page: str, slug: str) -> None:
    """Each cell of the CSV stands in the page's table, in the same place."""
    query = page.partition("?")[2]
    written = list(csv.reader(io.StringIO(ask(f"/charts/{slug}.csv?{query}").text)))[1:]
    tables = [table[1:] for table in _Tables(ask(page).text).tables]

    assert written in tables


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_json_says_what_it_is(ask: Ask, name: str) -> None:
    """JSON has title, period, definition, licence, source, and the rows of the CSV."""
    slug = "areas/support/pathway" if name == "pathway" else name
    found = json.loads(ask(f"/charts/{slug}.json").text)
    rows = list(csv.DictReader(io.StringIO(ask(f"/charts/{slug}.csv").text)))

    assert found["licence"] == "CC0-1.0"
    assert found["period"]["end"] == "2026-11-22"
    assert found["source"] == f"/charts/{slug}"
    assert [{k: "" if v is None else str(v) for k, v in row.items()} for row in found["rows"]] == rows


def test_a_figure_without_a_picture_has_tables_only(ask: Ask) -> None:
    """What has no picture has neither SVG nor PNG, and says which files it has."""
    answer = ask("/charts/areas.svg")

    assert answer.status_code == 404
    assert "csv, json" in answer.text


def test_pictures_are_of_their_type(ask: Ask) -> None:
    """SVG and PNG are what they say, and are shown by a browser rather than saved."""
    svg, png = ask("/charts/active.svg"), ask("/charts/areas/support/pathway.png")

    assert (svg.headers["content-type"], png.headers["content-type"]) == ("image/svg+xml", "image/png")
    assert svg.text.startswith("<svg")
    assert png.content.startswith(b"\x89PNG")
    assert svg.headers["content-disposition"] == 'inline; filename="active.svg"'


class _Flows(pretend.PretendAnswers):
    def __init__(self, flows: Flows) -> None:
        super().__init__()
        self._flows = flows

    def flows(self, *_: object, **__: object) -> Flows:
        """The flows that were given."""
        return self._flows


@pytest.mark.parametrize(("stayed", "left", "joined", "returned", "hidden"), [
    (900, 200, 210, 60, []), (900, 3, 210, 60, ["stayed", "left", "returned"]), (900, 200, 210, 2, ["joined", "returned"]),
    (2, 3, 4, 1, ["stayed", "left", "joined", "returned"]),
])
def test_no_sum_gives_a_few_people_away(stayed: int, left: int, joined: int, returned: int, hidden: list[str]) -> None:
    """Of the numbers that add up to one that is shown, never exactly one is hidden."""
    start, end = pretend.TODAY.replace(year=2025), pretend.TODAY
    flows = Flows(start, end, stayed + left, stayed, left, joined, returned, stayed + joined + returned)
    with asking(pretend_site(lambda: _Flows(flows))) as ask:
        rows = {row["who"]: row["people"] for row in json.loads(ask("/charts/changes.json").text)["rows"]}

    assert [name for name in ("stayed", "left", "joined", "returned") if not isinstance(rows[name], int)] == hidden


def test_rows_of_few_people_are_put_together() -> None:
    """Numbers of areas that few people reach stand in one row, so that each row has enough."""
    assert _merged({1: 892, 2: 233, 3: 63, 4: 13, 5: 3}, 5) == [
        (1, True, 892, 892), (2, True, 233, 466), (3, True, 63, 189), (4, False, 16, 67),
    ]
    assert _merged({1: 9, 2: 2}, 5) == [(1, False, 11, 13)]


def test_a_cell_cannot_be_a_formula() -> None:
    """A text that a spreadsheet would run is quoted in CSV; a negative number is left alone."""
    table = Table("", (Column("a", "A"), Column("b", "B", number=True)), ((Cell("=1+1", "=1+1"), Cell("\u22123", -3)),))

    assert to_csv(table) == "a,b\r\n'=1+1,-3\r\n"
