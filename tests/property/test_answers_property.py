"""What pages, API and command line are told is what the oracle says: counts, flows, moves, overlaps, pathways, the feed."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

import baloo.registry
import harness
from baloo.clock import FixedClock
from baloo.lake.base import LakeSnapshot
from baloo.metrics.answers import Answers
from baloo.metrics.cube import count_cube
from baloo.registry.model import Span
from counts import QUESTIONS, SOAK
from oracle.declared import read
from oracle.oracle import LEVELS, Fact, Oracle, People, Person
from property.strategies import FIRST, World, days, worlds

pytestmark = pytest.mark.slow

_drawn = settings(max_examples=QUESTIONS, derandomize=not SOAK, database=None,
                  suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@st.composite
def restless(draw: st.DrawFn) -> tuple[World, list[dt.date]]:
    """Few people who come and go between three areas with short windows, some of them staff for a time; and days to compare."""
    some_days = st.integers(0, 90).map(lambda n: FIRST + dt.timedelta(n))
    areas = [{"area": f"of-{kind}", "counts": [{"system": "s", "kinds": [kind]}], "pathway": [
        {"point": "in", "level": "active", "when": {"at_least": 1, "within": f"{draw(st.integers(3, 20))} days"}},
        {"point": "once", "level": "casual", "when": {"at_least": 1, "within": f"{draw(st.integers(20, 40))} days"}},
    ]} for kind in "abc"]
    system = {"system": "s", "kinds": {kind: f"Did {kind}" for kind in "abc"}}
    facts = [Fact(("s", draw(st.sampled_from(["ama", "jun", "lea", "tove"]))), draw(some_days), "s", draw(st.sampled_from("abc")))
             for _ in range(draw(st.integers(8, 30)))]
    spans = st.tuples(st.sampled_from([("s", "ama"), ("s", "jun")]), some_days, some_days).filter(lambda span: span[1] < span[2])
    people = People(roster=tuple(draw(st.lists(spans, min_size=1, max_size=3))))
    compared = draw(st.lists(some_days, min_size=4, max_size=6, unique=True))
    return World({"community": {"community": "restless"}, "systems": [system], "areas": areas}, facts, people), sorted(compared)


class Both:
    """The answers to one world, and who the oracle says holds what, with or without staff."""

    def __init__(self, folder: Path, world: World, today: dt.date = harness.FAR, *, staff: bool) -> None:
        registry = harness.write_registry(folder / "registry", world.registry)
        self.oracle = Oracle(read(registry), world.facts, world.people)
        counted = harness.count(folder, registry, world.facts, world.people, today)
        clock = FixedClock(dt.datetime.combine(today, dt.time(12), dt.UTC))
        self.derived = counted.folder
        self.answers = Answers.open(counted.folder, baloo.registry.load(registry), clock)
        self.staff = staff
        self.tops = sorted(name for name, area in self.oracle.declared.areas.items() if "part_of" not in area)
        self._first = min((fact.day for fact in world.facts), default=dt.date(2024, 1, 1)) - dt.timedelta(30)

    def held(self, scope: str, measure: str, day: dt.date) -> frozenset[Person]:
        """Who holds a measure of a scope at the end of a day."""
        ask = self.oracle.people if self.staff else self.oracle.without_staff
        return ask(scope, measure, day)

    def during(self, areas: list[str], day: dt.date, length: int) -> dict[str, frozenset[Person]]:
        """Who is active on any of so many days, in any of the areas, in each, in the first and no other."""
        days = [day - dt.timedelta(n) for n in range(length)]
        sets = [frozenset().union(*(self.held(f"area:{area}", "active", one) for one in days)) for area in areas]
        return {"union": frozenset().union(*sets), "intersection": sets[0].intersection(*sets),
                "difference": sets[0].difference(*sets[1:])}

    def ever(self, person: Person, scope: str, measure: str, before: dt.date) -> bool:
        """Whether somebody held a measure on a day before another; a month before the first fact nobody holds anything."""
        span = range((before - self._first).days)
        return any(person in self.held(scope, measure, self._first + dt.timedelta(n)) for n in span)


def judged(world: World, staff: bool, judge: Callable[[Both], None], today: dt.date = harness.FAR) -> None:
    """Put a world to both, with staff or without."""
    note(f"areas: {world.registry['areas']}")
    with tempfile.TemporaryDirectory() as folder:
        judge(Both(Path(folder), world, today, staff=staff))


@_drawn
@given(world=worlds, day=days, staff=st.booleans())
def test_counts_levels_and_pathways(world: World, day: dt.date, staff: bool):
    """Each scope's count at each level, its inactive people and the shares between its points are the oracle's."""

    def judge(both: Both) -> None:
        told = {scope.name for scope in both.answers.scopes()}
        for scope in both.oracle.scopes():
            if scope not in told:  # a part in which only facts were seen that are no contributions
                assert not any(both.held(scope, measure, day) for measure in (*LEVELS, "known", "seen")), scope
                continue
            begins = both.oracle.no_number_before(scope)
            for measure in (*LEVELS, "known", "seen"):
                found = both.answers.count(scope, measure, day, staff=both.staff).value
                if measure == "core" and found is None:
                    continue  # a core point may begin later than the point that is counted
                begun = begins is None or begins <= day or measure in ("known", "seen")
                assert found == (len(both.held(scope, measure, day)) if begun else None), (scope, measure)
            assert both.answers.inactive(scope, day, staff=both.staff) == len(both.held(scope, "inactive", day)), scope
        for area in both.oracle.declared.areas:
            previous: frozenset[Person] = frozenset()
            for n, step in enumerate(both.answers.pathway(area, day, staff=both.staff)):
                measure = f"point:{step.point}" if both.oracle.declared.pathway_of(area) else "active"
                holds = both.held(f"area:{area}", measure, day)
                share = len(holds & previous) / len(previous) if n and previous else None
                assert (step.people, step.rate) == (len(holds), share), (area, step)
                previous = holds

    judged(world, staff, judge)


@_drawn
@given(drawn=restless(), staff=st.booleans())
def test_flows_and_moves(drawn: tuple[World, list[dt.date]], staff: bool):
    """Who stayed, left, joined and returned between two days, and who moved between areas, are as many as the oracle says."""
    world, compared = drawn

    def judge(both: Both) -> None:
        for start, end in combinations(compared, 2):
            for scope, level in (("community", "active"), ("area:of-a", "active"), ("area:of-b", "casual")):
                before, after = both.held(scope, level, start), both.held(scope, level, end)
                came = after - before
                returned = {p for p in came if both.ever(p, scope, level, start)}
                people = (before, before & after, before - after, came - returned, returned, after)
                found = both.answers.flows(scope, start, end, level, staff=both.staff)
                said = (found.before, found.stayed, found.left, found.joined, found.returned, found.after)
                assert said == tuple(map(len, people)), (scope, level, start, end)
            moved = Counter[tuple[str, str]]()
            for person in both.oracle.everybody:
                then, now = ({a for a in both.tops if person in both.held(f"area:{a}", "active", day)} for day in (start, end))
                moved.update((left, to) for left in then - now for to in now - then)
            found_moves = {(m.source, m.target): m.people for m in both.answers.moves(start, end, staff=both.staff)}
            assert found_moves == dict(moved), (start, end)

    judged(world, staff, judge)


@_drawn
@given(world=worlds, day=days, staff=st.booleans())
def test_overlaps_and_sums(world: World, day: dt.date, staff: bool):
    """People by exactly the areas that they are active in, by pairs, by number, in any or in each, are the oracle's."""

    def judge(both: Both) -> None:
        active = {area: both.held(f"area:{area}", "active", day) for area in both.tops}
        exactly = Counter(tuple(a for a in both.tops if p in active[a]) for p in frozenset().union(*active.values()))
        two = {pair: len(active[pair[0]] & active[pair[1]]) for pair in combinations(both.tops, 2)}
        ask = both.answers
        assert {o.areas: o.people for o in ask.overlap(day, staff=staff)} == dict(exactly)
        assert {(p.one, p.other): p.people for p in ask.pairs(day, staff=staff)} == {pair: n for pair, n in two.items() if n}
        number = Counter[int]()
        for areas, n in exactly.items():
            number[len(areas)] += n
        assert ask.by_number_of_areas(day, staff=staff) == dict(number)
        begun = [a for a in both.tops if (both.oracle.no_number_before(f"area:{a}") or day) <= day]
        if begun:
            sets = [active[area] for area in both.tops]
            expected = {"union": frozenset().union(*sets), "intersection": sets[0].intersection(*sets),
                        "difference": sets[0].difference(*sets[1:])}
            for op, people in expected.items():
                assert ask.combine(both.tops, op, day, staff=staff).value == len(people), op  # type: ignore[arg-type]
            for op, people in both.during(both.tops, day, 12).items():
                scopes = [f"area:{area}" for area in both.tops]
                assert ask.during(scopes, Span(12, "days"), op, day, staff=staff).value == len(people), op  # type: ignore[arg-type]
        assert ask.sum_of_areas(day, staff=staff).total == len(both.held("community", "active", day))

    judged(world, staff, judge)


@_drawn
@given(world=worlds, day=days, staff=st.booleans())
def test_lapse(world: World, day: dt.date, staff: bool):
    """What is said today of the weeks to come is what the oracle says of them, where nothing happens after today."""
    world = World(world.registry, [fact for fact in world.facts if fact.day <= day], world.people)

    def judge(both: Both) -> None:
        told = {scope.name for scope in both.answers.scopes()}
        for scope in told & set(both.oracle.scopes()):
            for row in both.answers.lapse(scope, weeks=30, staff=both.staff):
                assert row.day > day
                if row.value is not None:
                    assert row.value == len(both.held(scope, "active", row.day)), (scope, row.day)

    judged(world, staff, judge, day)


@_drawn
@given(world=worlds, day=days, staff=st.booleans())
def test_feed(world: World, day: dt.date, staff: bool):
    """The rows of the feed count the oracle's newcomers and people of each week, judged at its Sunday."""

    def judge(both: Both) -> None:
        top = both.tops[0]
        for view, scope in (("all", "community"), ("unclaimed", "unclaimed"), ("s", "system:s"), (top, f"area:{top}")):
            for row in both.answers.feed(view, 8, day, staff=both.staff):
                sunday = row.wkcommencing + dt.timedelta(6)
                assert (row.wkcommencing.weekday(), sunday <= day) == (0, True)
                expected = len(both.held(scope, "new", sunday)), len(both.held(scope, "seen", sunday))
                assert (row.new, row.totalactive) == expected, (view, sunday)

    judged(world, staff, judge)


@settings(_drawn, max_examples=max(4, QUESTIONS // 2))
@given(world=worlds, sunday=days.map(lambda day: day + dt.timedelta(6 - day.weekday())), staff=st.booleans())
def test_cube(world: World, sunday: dt.date, staff: bool):
    """Of each area, of all and of none, and of each system and all, the cube has as many people as the oracle, in two weeks."""

    def judge(both: Both) -> None:
        registry = both.answers.registry
        cube = count_cube(both.derived, registry, harness.FAR, _not_read, weeks=2, until=sunday, staff=staff)
        found = {(cell.week, cell.area, cell.system): (cell.total, cell.new, cell.active) for cell in cube.cells}
        for day in (sunday, sunday - dt.timedelta(7)):
            for area in ("all", "unclaimed", *both.oracle.declared.areas):
                scope = {"all": "community", "unclaimed": area}.get(area, f"area:{area}")
                begins = both.oracle.no_number_before(scope)
                for system in (None, *both.oracle.declared.systems):
                    left_out = frozenset() if staff else both.held("community", "staff", day)
                    total, new, active = (len(people - left_out) for people in both.oracle.cell(scope, system, day))
                    told = (total, new, active if begins is None or begins <= day else None)
                    cell = (day - dt.timedelta(6), area, system or "all")
                    assert found.pop(cell, (0, 0, told[2] and 0)) == told, cell
        assert found == {}

    judged(world, True, judge)


def _not_read() -> LakeSnapshot:
    raise AssertionError("the state has all that the cube asks for")
