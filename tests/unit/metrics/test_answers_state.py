"""Names, periods, flags and the life of `Answers`: what is there, since when, and which one is the present one."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from baloo.clock import FixedClock
from baloo.errors import InputError, StorageBroken, UnknownName
from baloo.metrics.answers import Answers, AnswersSource, Breakdown, LevelCount, NothingCounted, Row
from baloo.metrics.compile import compile_registry
from baloo.metrics.questions.periods import back, eves, last_days, last_sunday
from baloo.registry.model import AllOf, Area, Claim, Community, Leaf, Not, Point, Reached, Registry, Rule, Span, Version, Window
from counted import FOREVER, Counted, Held, day, registry

CLOCK = FixedClock(dt.datetime(2016, 12, 28, 12, tzinfo=dt.UTC))  # a Wednesday
MONTH = Leaf(Window("within", Span(1, "months")), "at_least", 1)
HELD: tuple[Held, ...] = (
    ("area:code", "active", 1, day("2016-02-10"), FOREVER),
    ("area:code", "active", 2, day("2016-03-01"), day("2016-06-01")),
    ("area:code", "casual", 1, day("2016-02-10"), FOREVER), ("area:code", "casual", 3, day("2016-02-10"), FOREVER),
    ("area:code", "visitor", 1, day("2016-02-10"), FOREVER), ("area:code", "visitor", 3, day("2016-02-10"), FOREVER),
    ("area:code", "known", 1, day("2016-02-10"), FOREVER), ("area:code", "known", 4, day("2016-03-20"), FOREVER),
    ("area:docs", "active", 1, day("2016-12-01"), FOREVER),
    ("area:docs/fr", "active", 1, day("2016-12-01"), FOREVER),
    ("community", "active", 1, day("2016-02-10"), FOREVER), ("community", "active", 2, day("2016-03-01"), day("2016-06-01")),
)
REGISTRY = registry(
    Area("code", "Code", was=("hacking",)), Area("docs", "Docs", split_by="locale", organisation="foundation"),
    Area("shell", "Shell", part_of="code"),
)


def answers(folder: Path, registry: Registry = REGISTRY, **written: object) -> Answers:
    """The answers to what stands in HELD, or to other rows."""
    counted = replace(Counted(HELD), **written)  # type: ignore[arg-type] # fields of Counted
    return Answers.open(counted.write(folder), registry, CLOCK)


def test_names_and_former_names(tmp_path: Path) -> None:
    """A scope goes by its present name, an area by a former id or the value of a split too."""
    now = answers(tmp_path)

    assert [now.scope(name).name for name in ("area:hacking", "area:docs/fr", "system:desk", "organisation:foundation")] == [
        "area:code", "area:docs/fr", "system:desk", "organisation:foundation"]
    assert now.scope("area:docs/fr").title == "Docs: fr"
    assert now.top_areas() == ["code", "docs"]
    assert now.views() == ["all", "unclaimed", "code", "docs", "shell", "desk", "forge"]


@pytest.mark.parametrize(
    ("scope", "nearest"),
    [("area:cod", "code"), ("area:docs/fe", "docs/fr"), ("system:frge", "forge"), ("comunity", "community")],
)
def test_unknown_scopes(tmp_path: Path, scope: str, nearest: str) -> None:
    """An unknown name says which is meant."""
    with pytest.raises(UnknownName) as caught:
        answers(tmp_path).count(scope)

    assert nearest == caught.value.nearest


def test_unknown_words(tmp_path: Path) -> None:
    """Levels, grains, operations and orders of days are checked."""
    now, january, may = answers(tmp_path), day("2016-01-01"), day("2016-05-01")

    with pytest.raises(UnknownName, match="level"):
        now.count("community", "activ")
    with pytest.raises(UnknownName, match="grain"):
        now.series("community", grain="fortnight")  # type: ignore[arg-type] # on purpose
    with pytest.raises(UnknownName, match="grain"):
        now.flow_series("community", january, may, "week")  # type: ignore[arg-type] # on purpose
    with pytest.raises(UnknownName, match="op"):
        now.combine(["code"], "xor")  # type: ignore[arg-type] # on purpose
    with pytest.raises(InputError, match="after the end"):
        now.flows("community", may, january)


def test_series_by_month(tmp_path: Path) -> None:
    """A series begins with the first person; the month that runs is given today, and marked."""
    rows = answers(tmp_path).series("area:code", grain="month")

    assert rows[0] == Row(day("2016-02-29"), 1)
    assert [row.value for row in rows] == [1, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1]
    assert rows[-1] == Row(CLOCK.today(), 1, provisional=True)


def test_series_by_week_ends_on_sundays(tmp_path: Path) -> None:
    """Weeks start on Monday; days before anybody was there are given where they are asked for."""
    rows = answers(tmp_path).series("area:code", start=day("2016-02-04"), end=day("2016-02-21"))

    assert rows == [Row(day("2016-02-07"), 0), Row(day("2016-02-14"), 1), Row(day("2016-02-21"), 1)]
    assert answers(tmp_path).series("unclaimed") == []


def test_no_number_before_the_rule(tmp_path: Path) -> None:
    """Before the oldest rule there is no number, which is not zero; what no rule decides is not touched."""
    now = answers(tmp_path, no_number_before={"area:code": "2016-03-01"})

    assert [now.count("area:code", "active", day(d)).value for d in ("2016-02-29", "2016-03-01")] == [None, 2]
    assert now.count("area:code", "known", day("2016-02-29")).value == 1
    assert now.series("area:code", grain="month")[0] == Row(day("2016-02-29"), None)


def test_each_point_has_no_number_before_its_own_rule(tmp_path: Path) -> None:
    """A point is judged by its own oldest rule, not by that of the point that is counted; core needs both."""
    rules = {"first": ("active", "2016-02-01"), "early": ("casual", None), "mentor": ("core", "2016-03-01")}
    pathway = tuple(Point(name, level, (Version(MONTH, since and day(since)),)) for name, (level, since) in rules.items())
    declared = registry(Area("code", "Code", pathway=pathway))
    now = answers(tmp_path, declared, no_number_before=compile_registry(declared).no_number_before)

    def asked(level: str, *days: str) -> list[int | None]:
        return [now.count("area:code", level, day(d)).value for d in days]

    assert asked("point:first", "2016-01-31", "2016-02-01") == [None, 0]
    assert asked("point:early", "2016-01-31", "2016-02-01") == [0, 0]
    assert asked("point:mentor", "2016-02-29", "2016-03-01") == [None, 0]
    assert asked("core", "2016-01-31", "2016-02-29", "2016-03-01") == [None, None, 0]
    assert asked("casual", "2016-01-31", "2016-02-10") == [None, 2]


def test_what_is_declared_since_has_no_number(tmp_path: Path) -> None:
    """An area that was declared after the last refresh has no number yet; one that nobody is active in has zero."""
    assert answers(tmp_path, registry_hash="older").count("area:shell").value is None
    assert answers(tmp_path).count("area:shell").value == 0


def test_levels_nest(tmp_path: Path) -> None:
    """Each level has those above it; who is known and at no level is inactive."""
    levels = answers(tmp_path).levels("area:code")

    assert levels == [
        LevelCount("core", 0, 0), LevelCount("active", 1, 1), LevelCount("casual", 2, 1), LevelCount("visitor", 2, 0),
        LevelCount("inactive", 1, 1)]


def test_sum_of_areas_and_newest(tmp_path: Path) -> None:
    """The sum of the top-level areas stands beside the people counted once; the newest person has a month."""
    now = answers(tmp_path)

    assert now.sum_of_areas() == Breakdown((("code", 1), ("docs", 1)), 2, 1, 0)
    assert (now.newest("area:code"), now.newest("area:docs")) == (day("2016-03-01"), None)


def test_the_feed_gives_weeks_that_are_over(tmp_path: Path) -> None:
    """On a Wednesday the first week is the last one; on a Sunday that week still runs."""
    counted = Counted(HELD).write(tmp_path)
    sunday = FixedClock(dt.datetime(2016, 12, 25, 23, tzinfo=dt.UTC))
    mondays = [Answers.open(counted, REGISTRY, clock).feed("all", 1)[0].wkcommencing for clock in (CLOCK, sunday)]

    assert mondays == [day("2016-12-19"), day("2016-12-12")]


def test_an_area_without_a_pathway_has_one_step(tmp_path: Path) -> None:
    """The community's rule is the only step of an area that has none of its own."""
    steps = answers(tmp_path).pathway("hacking")

    assert [(step.point, step.people, step.rate) for step in steps] == [("active", 1, None)]


def flagged(rule: Rule, *, as_of: str, claims: tuple[str, ...] = ("desk",), since: str | None = None,
            part: Area | None = None) -> tuple[bool, bool]:
    """(provisional, warming up) of an area that counts by a rule, where desk is known from 2016-01-10 to 2016-12-20."""
    point = Point("regular", "active", (Version(MONTH), Version(rule, day(since))) if since else (Version(rule),))
    area = Area("code", "Code", counts=tuple(Claim(system) for system in claims), pathway=(point,))
    declared = registry(area, *([part] if part else []), community=Community("hill", "The Hill", "?"))
    counted = Counted(HELD, first_days={"desk": "2016-01-10", "forge": "2016-06-01"}, last_days={"desk": "2016-12-20"})
    with TemporaryDirectory() as folder:
        found = Answers.open(counted.write(Path(folder)), declared, CLOCK).count("area:code", as_of=day(as_of))
    return found.provisional, found.warming_up


AROUND = Leaf(Window("around", Span(2, "weeks")), "at_least", 1)


@pytest.mark.parametrize(
    ("rule", "as_of", "expected"),
    [
        (AROUND, "2016-12-06", (False, False)),  # d + 2 weeks is the last known day
        (AROUND, "2016-12-07", (True, False)),
        (MONTH, "2016-12-28", (False, False)),
        (MONTH, "2016-12-29", (True, False)),  # tomorrow
        (MONTH, "2016-02-09", (False, False)),  # its window begins on the first known day
        (MONTH, "2016-02-08", (False, True)),
        (Leaf(Window("ever"), "at_least", 1), "2016-01-11", (False, False)),
        (Leaf(Window("calendar", period="month"), "at_least", 1), "2016-02-28", (False, True)),  # sees January
        (Leaf(Window("calendar", period="month"), "at_least", 1), "2016-03-30", (False, False)),
        (AllOf((MONTH, Not(AROUND))), "2016-12-20", (True, False)),
        (AllOf((MONTH, Reached("regular"))), "2016-12-20", (False, False)),  # a circle ends
    ],
)
def test_provisional_and_warming_up(rule: Rule, as_of: str, expected: tuple[bool, bool]) -> None:
    """A window that looks ahead of what is known is provisional; one that begins before it warms up."""
    assert expected == flagged(rule, as_of=as_of)


def test_flags_follow_versions_parts_and_systems() -> None:
    """The rule in force at the day is judged, with each feeding system, and the parts' own rules with it."""
    part = Area("shell", "Shell", part_of="code", counts=(Claim("forge"),), pathway=(Point("in", "active", (Version(MONTH),)),))

    assert flagged(AROUND, as_of="2016-11-30", since="2016-12-01") == (False, False)
    assert flagged(AROUND, as_of="2016-12-20", since="2016-12-01") == (True, False)
    assert flagged(MONTH, as_of="2016-05-30", claims=("desk", "forge")) == (False, True)
    assert flagged(MONTH, as_of="2016-05-30", part=part) == (False, True)


def test_nothing_counted(tmp_path: Path) -> None:
    """Without a manifest there is nothing to answer, and the error says what to run."""
    with pytest.raises(NothingCounted, match="baloo refresh"):
        Answers.open(tmp_path, REGISTRY, CLOCK)
    with pytest.raises(NothingCounted, match="baloo refresh"):
        AnswersSource(tmp_path, lambda: REGISTRY, CLOCK).current()


def test_the_present_answers(tmp_path: Path) -> None:
    """The source keeps one state until something else is counted or declared, and older answers go on working."""
    declared = [REGISTRY]
    source = AnswersSource(Counted(HELD).write(tmp_path), lambda: declared[0], CLOCK)
    first = source.current()
    same = source.current()
    Counted(HELD[:1], version=2).write(tmp_path)
    second = source.current()
    declared[0] = registry(Area("code", "Coding"))

    assert first is same
    assert [a.count("area:code", as_of=day("2016-04-01")).value for a in (first, second)] == [2, 1]
    assert [a.stamp.version for a in (first, second)] == [1, 2]
    assert source.current().scope("area:code").title == "Coding"


def test_many_threads_may_ask(tmp_path: Path) -> None:
    """Threads share one source and get the same answers."""
    source = AnswersSource(Counted(HELD).write(tmp_path), lambda: REGISTRY, CLOCK)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: (source.current().count("area:code").value, len(source.current().overlap())), range(64)))

    assert set(found) == {(1, 1)}


def test_a_file_that_is_gone(tmp_path: Path) -> None:
    """A missing file is said plainly, with what to do."""
    now = answers(tmp_path)
    for file in tmp_path.glob("*.parquet"):
        file.unlink()

    with pytest.raises(StorageBroken, match="refresh --all"):
        now.count("area:code")


def test_periods() -> None:
    """Weeks end on Sunday, months and quarters on their last day; the last one is cut; years have leap days."""
    assert list(last_days("week", day("2016-02-29"), day("2016-03-07"))) == [day("2016-03-06"), day("2016-03-07")]
    assert eves("quarter", day("2015-12-31"), day("2016-04-15")) == [
        day("2015-09-30"), day("2015-12-31"), day("2016-03-31"), day("2016-04-15")]
    assert eves("year", day("2016-05-01"), day("2016-12-31")) == [day("2015-12-31"), day("2016-12-31")]
    assert [last_sunday(day(d)) for d in ("2016-03-06", "2016-03-07")] == [day("2016-03-06")] * 2
    assert (back(day("2016-02-29"), 1, "years"), back(day("2015-05-31"), 3, "months")) == (day("2015-02-28"), day("2015-02-28"))
    assert back(day("0001-02-01"), 2, "months") == dt.date.min


def test_flows_at_the_edges_of_days(tmp_path: Path) -> None:
    """A day counts whole: who came on the eve was there on it, and who left on the last day was not."""
    eve, last = day("2016-03-31"), day("2016-06-30")
    held: tuple[Held, ...] = (
        ("community", "active", 1, eve, FOREVER),
        ("community", "active", 2, eve, day("2016-04-01")), ("community", "active", 2, last, FOREVER),
        ("community", "active", 3, day("2016-03-30"), eve), ("community", "active", 3, last, FOREVER),
        ("community", "active", 4, eve, last),
    )

    flows = answers(tmp_path, held=held).flows("community", eve, last)

    assert (flows.before, flows.stayed, flows.left, flows.joined, flows.returned, flows.after) == (3, 2, 1, 0, 1, 3)
