"""Figures as files: the same cells as on the page, and nothing that a sum gives away."""

from __future__ import annotations

import csv
import datetime as dt
import html.parser
import io
import json
from collections.abc import Sequence
from itertools import pairwise

import pytest
import vl_convert

import pretend
from asking import Ask, asking, pretend_site
from baloo.metrics.answers import Cohort, Exchange, Flows, Overlap
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
    ("/areas/support", "areas/support/moves"), ("/areas/support", "areas/support/cohorts"),
    ("/areas/infrastructure", "areas/infrastructure/moves"),
    ("/systems/chat", "systems/chat/active"), ("/areas/coding", "areas/coding/areas"),
    ("/organisations/moco", "organisations/moco/quarters"), ("/areas/translation/fr", "areas/translation/fr/active"),
    ("/?as_of=2025-06-30", "active"), ("/areas/support?ahead=yes&staff=no", "areas/support/active"),
])
def test_the_csv_is_the_table(ask: Ask, page: str, slug: str) -> None:
    """Each cell of the CSV stands in the page's table, in the same place."""
    query = page.partition("?")[2]
    written = list(csv.reader(io.StringIO(ask(f"/charts/{slug}.csv?{query}").text)))[1:]
    tables = [table[1:] for table in _Tables(ask(page).text).tables]

    assert written in tables


def test_a_line_goes_on_where_that_is_asked_for(ask: Ask) -> None:
    """With `ahead` the table has a year of weeks to come, marked as such, and the page says what they are; else it has none."""
    rows = list(csv.DictReader(io.StringIO(ask("/charts/active.csv?ahead=yes").text)))
    ahead = [row for row in rows if row["kind"] == "ahead"]
    page, plain = ask("/?ahead=yes").text, ask("/").text

    assert (len(ahead), ahead[-1]["week_to"], ahead[0]["week_to"]) == (52, "2026-11-29", "2027-11-21")
    assert rows[:52] == ahead
    assert {row["kind"] for row in rows[52:]} == {"counted"}
    assert "602 would be active in May 2027 and nobody in November 2027: the dotted line." in page
    assert 'href="/#trend">Back to what is counted' in page
    assert "would be active" not in plain
    assert 'href="/?ahead=yes#trend">What if nobody did anything more?' in plain
    assert "stroke-dasharray" not in ask("/charts/systems/forge/active.svg").text
    assert "stroke-dasharray" in ask("/charts/systems/forge/active.svg?ahead=yes").text


def test_numbers_of_few_to_come_are_kept() -> None:
    """Weeks in which fewer than five would be left say so, and are no part of the line."""
    answers = pretend.PretendAnswers({**pretend.PretendAnswers().numbers, "area:archive": (9, 40)})

    with asking(pretend_site(lambda: answers)) as ask:
        rows = list(csv.DictReader(io.StringIO(ask("/charts/areas/archive/active.csv?ahead=yes").text)))
        spec = json.loads(ask("/charts/areas/archive/active.vl.json?ahead=yes").text)

    assert {row["people"] for row in rows[:52]} >= {"0", "fewer than five", "5"}
    assert {point["v"] for point in spec["datasets"]["ahead"]}.isdisjoint(range(1, 5))


def test_the_past_has_nothing_ahead(ask: Ask) -> None:
    """Of a day that is over it is known what came: `ahead` with `as_of` is refused, and no such link is shown."""
    answer = ask("/?as_of=2025-06-30&ahead=yes")

    assert (answer.status_code, "Ask for one of the two." in answer.text) == (400, True)
    assert "ahead=yes" not in ask("/?as_of=2025-06-30").text
    assert ask("/?ahead=perhaps").status_code == 400


def test_a_type_says_its_letters_once(ask: Ask) -> None:
    """Tables are CSV in UTF-8, which the header says one time."""
    assert ask("/charts/active.csv").headers["content-type"] == "text/csv; charset=utf-8"
    assert ask("/areas/help").headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("name", sorted(FIGURES))
def test_json_says_what_it_is(ask: Ask, name: str) -> None:
    """JSON has title, period, definition, licence, source, and the rows of the CSV."""
    slug = f"areas/support/{name}" if name in {"pathway", "cohorts"} else name
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
    assert "csv, embed, json, metadata.json" in answer.text


def test_a_figure_says_where_its_files_are(ask: Ask) -> None:
    """The metadata has every file of a figure, which all are there, and says how fresh it is."""
    found = json.loads(ask("/charts/areas/support/active.metadata.json?staff=no").text)
    plain = json.loads(ask("/charts/changes.metadata.json").text)

    assert sorted(found["files"]) == ["csv", "embed", "json", "metadata.json", "png", "svg", "vl.json"]
    assert all(ask(address).status_code == 200 and address.endswith("?staff=no") for address in found["files"].values())
    assert (found["counted"], found["licence"]) == ("2026-11-22T06:00:00Z", "CC0-1.0")
    assert [note["day"] for note in found["notes"]] == ["15 June 2025"]
    assert "rows" not in found
    assert sorted(plain["files"]) == ["csv", "embed", "json", "metadata.json"]


def test_a_specification_draws_the_same_numbers(ask: Ask) -> None:
    """The Vega-Lite file has the picture's data and values for colours, and can be compiled."""
    answer = ask("/charts/areas/support/pathway.vl.json")
    spec = json.loads(answer.text)

    assert [bar["name"] for bar in spec["datasets"]["bars"]] == ["First contribution", "Regular", "Mentor"]
    assert "var(--" not in answer.text
    assert vl_convert.vegalite_to_vega(spec, vl_version="6.4")["marks"]


def test_a_figure_can_stand_in_a_frame(ask: Ask) -> None:
    """What is embedded may be framed by any site, and nothing else may; its links lead out of the frame."""
    framed, page = ask("/charts/areas/support/moves.embed"), ask("/charts/areas/support/moves")

    assert "frame-ancestors *" in framed.headers["content-security-policy"]
    assert "x-frame-options" not in framed.headers
    assert '<base target="_top">' in framed.text
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert "/charts/areas/support/moves.embed" in page.text


@pytest.mark.parametrize(("file", "says"), [
    ("support", "Support: 338 active"), ("all", "Marula: 1,204 active"), ("archive", "Archive: fewer than five"),
])
def test_a_badge_says_how_many(ask: Ask, file: str, says: str) -> None:
    """A badge is a small SVG with the name of a view and its people, or that they are few."""
    answer = ask(f"/badges/{file}.svg")

    assert answer.headers["content-type"] == "image/svg+xml"
    assert f">{says}</title>" in answer.text
    assert "var(--" not in answer.text


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


class _Exchange(pretend.PretendAnswers):
    def __init__(self, stayed: int, came: Sequence[Overlap], went: Sequence[Overlap]) -> None:
        super().__init__()
        self._people = stayed, came, went

    def exchange(self, area: str, start: dt.date, end: dt.date, *, staff: bool = True) -> Exchange:
        """The exchange that was given."""
        stayed, came, went = self._people
        before, after = (stayed + sum(one.people for one in side) for side in (went, came))
        return Exchange(start, end, before, stayed, after, tuple(came), tuple(went))


def _moved(answers: pretend.PretendAnswers) -> list[tuple[str, str, int]] | int:
    """The rows of Support's exchange, or the status where there is no such figure."""
    with asking(pretend_site(lambda: answers)) as ask:
        answer = ask("/charts/areas/support/moves.json")
    found = [tuple(row.values()) for row in json.loads(answer.text)["rows"]] if answer.status_code == 200 else []
    return found or answer.status_code


def test_an_exchange_puts_few_people_together() -> None:
    """Groups of few go into one that is not few, which may cost an area its own; each side adds up all the same."""
    came = [Overlap((), 54), Overlap(("quality",), 6), Overlap(("coding",), 3)]
    went = [Overlap(("coding", "events"), 7), Overlap(("design", "events"), 1), Overlap((), 2), Overlap(("design",), 4)]

    assert _moved(_Exchange(100, came, went)) == [
        ("support", "support", 100), ("others", "support", 9), ("nowhere", "support", 54),
        ("support", "others", 6), ("support", "several areas", 8),
    ]


@pytest.mark.parametrize(("came", "title"), [
    ([Overlap((), 54), Overlap(("coding",), 53)], "Most of those who came to Support were active nowhere a year ago"),
    ([Overlap((), 54), Overlap(("coding",), 55)], "Most of those who came to Support were active in other areas"),
    ([Overlap((), 3), Overlap(("coding",), 55)], "Who came to Support, and who went"), ([], "Nobody came to Support in a year"),
])
def test_the_finding_of_an_exchange_is_true(came: list[Overlap], title: str) -> None:
    """The title says where most came from; where who came from nowhere are few it claims nothing of them."""
    with asking(pretend_site(lambda: _Exchange(100, came, [Overlap((), 40)]))) as ask:
        assert json.loads(ask("/charts/areas/support/moves.json").text)["title"] == f"Support: {title}"


@pytest.mark.parametrize(("stayed", "came", "went"), [(3, 50, 50), (50, 3, 50), (50, 50, 4)])
def test_an_exchange_of_few_is_not_shown(stayed: int, came: int, went: int) -> None:
    """Where few stayed, came or went in all, there is no figure that could tell them."""
    assert _moved(_Exchange(stayed, [Overlap((), came)], [Overlap((), went)])) == 404


class _Cohorts(pretend.PretendAnswers):
    def __init__(self, *cohorts: tuple[int, tuple[int, ...]]) -> None:
        super().__init__()
        self._cohorts = cohorts

    def cohorts(self, scope: str, start: dt.date, end: dt.date, grain: str = "quarter", *, staff: bool = True) -> list[Cohort]:
        """The cohorts that were given, as years up to this one."""
        first = pretend.TODAY.year - len(self._cohorts) + 1
        ends = [min(dt.date(first + i, 12, 31), pretend.TODAY) for i in range(-1, len(self._cohorts))]
        return [Cohort(a, b, *one) for (a, b), one in zip(pairwise(ends), self._cohorts, strict=True)] if grain == "year" else []


def test_a_cohort_tells_nothing_of_few() -> None:
    """A rate of few people is not shown, nor one that few are short of: that says at least how many stay."""
    answers = _Cohorts((40, (38, 20, 3)), (50, (50, 25)), (60, (30,)), (2, ()))
    with asking(pretend_site(lambda: answers)) as ask:
        page, file = ask("/areas/support").text, ask("/charts/areas/support/cohorts.csv").text

    assert file.splitlines() == [
        "first_active,people,after_1,after_2,after_3", "2023-12-31,40,90+,50,not shown", "2024-12-31,50,100,50,",
        "2025-12-31,60,50,,", "2026-11-22,fewer than five,,,",
    ]
    assert '<td class="q8">90+</td>' in page
    assert "Do newcomers stay?" in page


def test_cohorts_of_few_have_no_table() -> None:
    """Where more than a fifth of the numbers would be hidden there is no table."""
    answers = _Cohorts((40, (20, 3, 3)), (50, (30, 4)), (60, (30,)), (20, ()))

    with asking(pretend_site(lambda: answers)) as ask:
        assert ask("/charts/areas/support/cohorts.csv").status_code == 404


def test_cohorts_are_compared_with_those_of_the_year_before() -> None:
    """The finding is of the latest cohort that is known for good; the period that still runs decides nothing."""
    answers = _Cohorts((40, (30, 20, 20)), (50, (20, 25)), (60, (60,)), (20, ()))

    with asking(pretend_site(lambda: answers)) as ask:
        page = ask("/areas/support").text
    assert "Fewer newcomers stay than a year ago" in page
    assert "Of a hundred people who first became active in 2024, 40 were active a year later. A year earlier it was 75." in page


def test_rules_that_look_back_far_have_no_cohorts_of_everybody() -> None:
    """Where nobody can have left yet, the table would say 100 everywhere, and is left out."""
    answers = _Cohorts((40, (40, 40, 40)), (50, (50, 50)), (60, (60,)), (70, ()))

    with asking(pretend_site(lambda: answers)) as ask:
        assert ask("/charts/areas/support/cohorts.csv").status_code == 404
        assert 'id="stay"' not in ask("/areas/support").text


def test_rows_of_few_people_are_put_together() -> None:
    """Numbers of areas that few people reach stand in one row, so that each row has enough."""
    assert _merged({1: 892, 2: 233, 3: 63, 4: 13, 5: 3}, 5) == [
        (1, True, 892, 892), (2, True, 233, 466), (3, True, 63, 189), (4, False, 16, 67),
    ]
    assert _merged({1: 9, 2: 2}, 5) == [(1, False, 11, 13)]


def test_a_cell_cannot_be_a_formula() -> None:
    """A text that a spreadsheet would run is quoted in CSV; a negative number is left alone."""
    texts = ("=1+1", "+1", "-1", "@A1", "\t=1", "\uff1d1", "1=1")
    rows = tuple((Cell(text, text), Cell("\u22123", -3)) for text in texts)
    lines = to_csv(Table("", (Column("a", "A"), Column("b", "B", number=True)), rows)).split("\r\n")

    assert lines == ["a,b", *(f"'{text},-3" for text in texts[:-1]), "1=1,-3", ""]
