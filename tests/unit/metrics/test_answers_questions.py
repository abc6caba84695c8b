"""What is asked of the counted intervals equals what a reader of the rows works out by hand."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from itertools import combinations
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baloo.clock import FixedClock
from baloo.metrics.answers import Answers, FeedRow, Step
from baloo.metrics.questions.reader import Connection
from baloo.registry.model import Area, Leaf, Point, Span, Version, Window
from counted import FOREVER, Counted, Held, day, registry

BEGIN = day("2016-01-01")
CONNECTION = Connection()
CLOCK = FixedClock(dt.datetime(2016, 12, 31, 12, tzinfo=dt.UTC))
AREAS = ("code", "docs", "help")
HELD = Leaf(Window("within", Span(90, "days")), "at_least", 1)
POINTS = (Point("first", "casual", (Version(HELD),), "First"), Point("regular", "active", (Version(HELD),), "Regular"))
REGISTRY = registry(*(Area(a, a.title(), pathway=POINTS) for a in AREAS), Area("shell", "Shell", part_of="code"))
MEASURES = [*((f"area:{a}", m) for a in AREAS for m in ("active", "visitor", "known", "point:first", "point:regular")),
            ("community", "active"), ("community", "staff"), ("community", "new"), ("community", "seen")]


@st.composite
def communities(draw: st.DrawFn) -> Counted:
    """Some people who hold some measures on some spans of days, a few of whom were counted anew."""
    spans = st.lists(st.integers(0, 300), max_size=6, unique=True).map(sorted)
    people = range(1, draw(st.integers(1, 6)) + 1)
    replaced = [person for person in people if draw(st.integers(0, 3)) == 0]

    def rows(who: list[int]) -> list[Held]:
        found: list[Held] = []
        for person in who:
            for scope, measure in MEASURES:
                cuts = draw(spans)
                ends = [BEGIN + dt.timedelta(n) for n in cuts] + [FOREVER] * (len(cuts) % 2)
                found += [(scope, measure, person, *span) for span in zip(ends[::2], ends[1::2], strict=True)]
        return found

    return Counted(rows(list(people)), patch=rows(replaced), replaced=replaced)


days = st.integers(-5, 310).map(lambda n: BEGIN + dt.timedelta(n))
relaxed = settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@relaxed
@given(communities(), st.sampled_from(["community", "area:code"]), st.booleans())
def test_lapse(counted: Counted, scope: str, staff: bool) -> None:
    """Each coming Sunday has those whose spans reach so far, and no week is passed over."""
    with tempfile.TemporaryDirectory() as folder:
        rows = opened(counted, folder).lapse(scope, weeks=60, staff=staff)

    assert [row.day for row in rows] == [day("2017-01-01") + dt.timedelta(weeks=n) for n in range(60)]
    assert [row.value for row in rows] == [len(people(counted, scope, "active", row.day, staff)) for row in rows]


def people(counted: Counted, scope: str, measure: str, on: dt.date, staff: bool) -> set[int]:
    """Who holds a measure at a day, with or without staff."""
    found = counted.holds(scope, measure, on)
    return found if staff else found - counted.holds("community", "staff", on)


def opened(counted: Counted, folder: str) -> Answers:
    """The answers to what is written into the folder."""
    return Answers.open(counted.write(Path(folder)), REGISTRY, CLOCK, CONNECTION)


@relaxed
@given(communities(), days, days, st.booleans())
def test_counts_flows_and_moves(counted: Counted, one: dt.date, other: dt.date, staff: bool) -> None:
    """Counts, flows and moves are those of the sets of people at both days and at every day before."""
    start, end = sorted((one, other))
    with tempfile.TemporaryDirectory() as folder:
        answers = opened(counted, folder)
        flows = {scope: answers.flows(scope, start, end, staff=staff) for scope in ("community", "area:code")}
        moves = answers.moves(start, end, staff=staff)
        counts = {m: answers.count(*m, end, staff=staff).value for m in MEASURES if m[1] != "staff"}

    assert {m: len(people(counted, *m, end, staff)) for m in counts} == counts
    for scope, found in flows.items():
        before, after = (people(counted, scope, "active", d, staff) for d in (start, end))
        came, earlier = after - before, [start - dt.timedelta(n) for n in range(400)]
        returned = {p for p in came if any(p in people(counted, scope, "active", d, staff) for d in earlier)}
        assert (found.before, found.stayed, found.left) == (len(before), len(before & after), len(before - after))
        assert (found.joined, found.returned, found.after) == (len(came - returned), len(returned), len(after))
    at = {(a, d): people(counted, f"area:{a}", "active", d, staff) for a in AREAS for d in (start, end)}
    left, came = ({a: at[a, d] - at[a, e] for a in AREAS} for d, e in ((start, end), (end, start)))
    expected = {(a, b): len(left[a] & came[b]) for a in AREAS for b in AREAS if a != b}
    assert {(m.source, m.target): m.people for m in moves} == {pair: n for pair, n in expected.items() if n}


@relaxed
@given(communities(), days, days, st.booleans())
def test_exchange(counted: Counted, one: dt.date, other: dt.date, staff: bool) -> None:
    """Who came to an area and who left it, by the exact set of other areas at the other day, parts both days' people."""
    start, end = sorted((one, other))
    with tempfile.TemporaryDirectory() as folder:
        found = opened(counted, folder).exchange("code", start, end, staff=staff)

    at = {(a, d): people(counted, f"area:{a}", "active", d, staff) for a in AREAS for d in (start, end)}
    before, after = at["code", start], at["code", end]

    def elsewhere(who: set[int], on: dt.date) -> dict[tuple[str, ...], int]:
        return dict(Counter(tuple(a for a in AREAS if a != "code" and p in at[a, on]) for p in who))

    assert (found.before, found.stayed, found.after) == (len(before), len(before & after), len(after))
    assert {o.areas: o.people for o in found.came} == elsewhere(after - before, start)
    assert {o.areas: o.people for o in found.went} == elsewhere(before - after, end)


@relaxed
@given(communities(), days, st.booleans())
def test_cohorts(counted: Counted, start: dt.date, staff: bool) -> None:
    """A cohort is who first held the level in the month, and its later numbers those of them who hold it at each month's end."""
    end = BEGIN + dt.timedelta(200)
    with tempfile.TemporaryDirectory() as folder:
        found = opened(counted, folder).cohorts("area:code", min(start, end), end, "month", staff=staff)

    known: set[int] = set()
    on = found[0].eve
    for n in range((on - BEGIN).days + 400):
        known |= people(counted, "area:code", "active", on - dt.timedelta(n), staff)
    for i, cohort in enumerate(found):
        new: set[int] = set()
        while on < cohort.last:
            on += dt.timedelta(1)
            new |= people(counted, "area:code", "active", on, staff) - known
        known |= new
        later = [len(new & people(counted, "area:code", "active", c.last, staff)) for c in found[i + 1:]]
        assert (cohort.people, list(cohort.later)) == (len(new), later)
    assert found[-1].last == end


@relaxed
@given(communities(), days, days, st.booleans())
def test_overlaps_after_moves(counted: Counted, one: dt.date, other: dt.date, staff: bool) -> None:
    """Overlaps at a day are the same whether the moves until that day were asked for before, or nothing was."""
    start, end = sorted((one, other))
    with tempfile.TemporaryDirectory() as folder:
        alone, after = opened(counted, folder), opened(counted, folder)
        after.moves(start, end, staff=staff)

        assert after.overlap(end, staff=staff) == alone.overlap(end, staff=staff)


@relaxed
@given(communities(), days, st.booleans())
def test_overlap_and_pathway(counted: Counted, on: dt.date, staff: bool) -> None:
    """Overlaps are exact sets; pairs, unions and so on follow from them; rates are of those who hold both."""
    with tempfile.TemporaryDirectory() as folder:
        answers = opened(counted, folder)
        overlap, pairs = answers.overlap(on, staff=staff), answers.pairs(on, staff=staff)
        numbers = answers.by_number_of_areas(on, staff=staff)
        both = {op: answers.combine(["docs", "code"], op, on, staff=staff).value  # type: ignore[arg-type]
                for op in ("union", "intersection", "difference")}
        steps, inactive = answers.pathway("code", on, staff=staff), answers.inactive("area:code", on, staff=staff)

    at = {a: people(counted, f"area:{a}", "active", on, staff) for a in AREAS}
    exactly = Counter(tuple(a for a in AREAS if p in at[a]) for p in set().union(*at.values()))
    assert {o.areas: o.people for o in overlap} == dict(exactly)
    shared = {(a, b): len(at[a] & at[b]) for a, b in combinations(AREAS, 2)}
    assert {(p.one, p.other): p.people for p in pairs} == {pair: n for pair, n in shared.items() if n}
    assert dict(numbers) == dict(Counter(len(areas) for areas in exactly.elements()))
    code, docs = at["code"], at["docs"]
    assert both == {"union": len(docs | code), "intersection": len(docs & code), "difference": len(docs - code)}
    first, regular = (people(counted, "area:code", f"point:{p}", on, staff) for p in ("first", "regular"))
    rate = len(first & regular) / len(first) if first else None
    assert steps == [Step("first", "First", "casual", len(first), None), Step("regular", "Regular", "active", len(regular), rate)]
    known, visitors = (people(counted, "area:code", m, on, staff) for m in ("known", "visitor"))
    assert inactive == len(known - visitors)


@relaxed
@given(communities(), days, st.booleans())
def test_feed(counted: Counted, until: dt.date, staff: bool) -> None:
    """A row of the feed is judged at the Sunday of its week, and the newest week is the last that was over."""
    with tempfile.TemporaryDirectory() as folder:
        rows = opened(counted, folder).feed("All", 9, until, staff=staff)

    sunday = next(d for d in (until - dt.timedelta(n) for n in range(7)) if d.weekday() == 6)
    sundays = [sunday - dt.timedelta(7 * i) for i in range(9)]
    expected = [[len(people(counted, "community", m, d, staff)) for m in ("new", "seen")] for d in sundays]
    assert rows == [FeedRow(d - dt.timedelta(6), *row) for d, row in zip(sundays, expected, strict=True)]
