"""How far a system is follows from what is true of it."""

from __future__ import annotations

import datetime as dt

import pytest

from baloo.registry.model import (
    AllOf,
    AnyOf,
    Area,
    AreaMap,
    Claim,
    Community,
    Kind,
    Leaf,
    MapRow,
    Point,
    Registry,
    Rule,
    Span,
    System,
    Version,
    Window,
    Work,
)
from baloo.watch.heard import Heard, Known
from baloo.watch.plan import Coverage, coverage, roadmap, totals
from baloo.watch.stages import Progress, claimed_by, progress_of

TODAY = dt.date(2026, 11, 22)
MOMENT = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
YEAR = Window("within", Span(1, "years"))
IN = Known(Heard(imported={"forum": MOMENT}), {"forum": (dt.date(2020, 1, 1), TODAY)})


def community(*works: Work, schema: str | None = "answer", kinds: tuple[str, ...] | None = None, draft: bool = False) -> Registry:
    """A forum of one kind that feeds one area, whose rule asks for `kinds`."""
    forum = System("forum", "The forum", {"answer": Kind("answer", "Answered", schema=schema)}, quarter="2026-Q4")
    when = Version(Leaf(YEAR, "at_least", 1, kinds=kinds))
    area = Area("support", "Support", counts=(Claim("forum"),), pathway=(Point("regular", "active", (when,)),), draft=draft)
    return Registry(Community("town", "Town", "?"), {"forum": forum}, {"support": area}, {}, "0", work={w.id: w for w in works})


def states(registry: Registry, known: Known) -> str:
    """The stages in five letters: done, in process, blocked, none."""
    return "".join(stage.state[0] for stage in only(registry, known).stages)


def only(registry: Registry, known: Known) -> Progress:
    """The progress of the one system."""
    (found,) = progress_of(registry, known, TODAY)
    return found


def test_a_system_goes_from_stage_to_stage() -> None:
    """C02: declared, imported and counted are each told by what is there; pushes alone do as well as a history."""
    pushed = Known(Heard(pushed={"forum": MOMENT}), IN.days)

    assert states(community(), Known(Heard(), {})) == "dnnin"
    assert states(community(), Known(Heard(), IN.days)) == "dinii"
    assert states(community(), IN) == "ddndd"
    assert states(community(), pushed) == "diddd"
    assert states(community(), Known(IN.heard, IN.days, frozenset({"forum"}))) == "ddidd"


def test_no_stage_is_done_before_the_one_that_it_rests_on() -> None:
    """C02: without a schema nothing is done, however much is counted; a rule that is a draft keeps the dashboard waiting."""
    assert states(community(schema=None), IN) == "ninii"
    assert states(community(draft=True), IN) == "ddnii"
    assert states(community(kinds=("question",)), IN) == "ddnii"


@pytest.mark.parametrize(("work", "expected"), [
    (Work("1", "Years are missing", systems=("forum",), stage="import", blocks=True), "dbnii"),
    (Work("1", "Years are missing", "resolved", ("forum",), "import", blocks=True), "ddndd"),
    (Work("1", "Somebody is at it", systems=("forum",), stage="push"), "ddidd"),
    (Work("1", "Another system's", systems=("wiki",), stage="import", blocks=True), "ddndd"),
])
def test_open_work_blocks_and_begins(work: Work, expected: str) -> None:
    """What blocks holds its stage up until it is resolved; other open work says that a stage has begun."""
    assert states(community(work), IN) == expected


def test_a_stage_says_why_it_is_where_it_is() -> None:
    """One word a stage: staging is a try, some schemas are not all, what arrived unread is unfinished, a draft is one."""
    some = community()
    some.systems["forum"].kinds["post"] = Kind("post", "Posted")  # type: ignore[index] # a mapping that the test made
    tried = Known(Heard(), IN.days, frozenset({"forum"}))
    cases = [
        (community(), Known(Heard(), {}), "met nothing nothing before nothing"),
        (community(), tried, "met unfinished staging before before"),
        (some, IN, "some before nothing before before"), (community(draft=True), IN, "met met nothing draft before"),
        (community(kinds=("question",)), IN, "met met nothing rule before"),
        (community(Work("1", "At it", systems=("forum",), stage="push")), IN, "met met work met met"),
        (community(Work("1", "No", systems=("forum",), stage="schema", blocks=True)), IN, "work before nothing before before"),
    ]

    assert [" ".join(stage.why for stage in only(registry, known).stages) for registry, known, _ in cases] == [
        said for *_, said in cases]


def test_a_kind_that_is_no_contribution_needs_no_schema() -> None:
    """A system of such kinds alone has none; beside another kind they are not asked about, and no area takes them."""
    registry = community()
    kinds: dict[str, Kind] = registry.systems["forum"].kinds  # type: ignore[assignment] # a mapping that the test made
    kinds["login"] = Kind("login", "Signed in", contribution=False)
    with_both, taken = states(registry, IN), claimed_by(registry, registry.systems["forum"])
    del kinds["answer"]

    assert (with_both, taken) == ("ddndd", {"support": frozenset({"answer"})})
    assert states(registry, IN)[0] == "n"


def test_a_map_feeds_the_areas_that_it_names() -> None:
    """The areas of a map's rows take every contribution of its system, those of `counts` what they say, all in order of name."""
    kinds = {name: Kind(name, name.title(), schema="any") for name in ("bug", "patch")}
    rows = tuple(MapRow(value, prefix=False, area=area) for value, area in (("X", "zoo"), ("Y", "apps"), ("Z", "gone")))
    tracker = System("tracker", "Tracker", kinds, map=AreaMap("component", "map.csv", rows))
    claims = (Claim("tracker", ("patch",)), Claim("tracker", ("bug",)), Claim("other"))
    areas = {name: Area(name, name, counts=claims if name == "tools" else ()) for name in ("zoo", "tools", "apps", "idle")}
    registry = Registry(Community("town", "Town", "?"), {"tracker": tracker}, areas, {}, "0")
    found = claimed_by(registry, tracker)
    (progress,) = progress_of(registry, Known(Heard(), {}), TODAY)

    assert found == dict.fromkeys(("apps", "tools", "zoo"), frozenset(kinds))
    assert list(found) == list(progress.areas) == ["apps", "tools", "zoo"]


@pytest.mark.parametrize(("rule", "expected"), [
    (AnyOf((Leaf(YEAR, "at_least", kinds=("post",)), Leaf(YEAR, "at_least", kinds=("answer",)))), "d"),
    (AllOf((Leaf(YEAR, "at_least", kinds=("post",)), AnyOf((Leaf(YEAR, "at_least"),)))), "d"),
    (AllOf((Leaf(YEAR, "at_least", kinds=("post",)),)), "i"),
])
def test_a_rule_asks_for_the_kinds_of_all_its_leaves(rule: Rule, expected: str) -> None:
    """However deep a leaf lies, and by the last version of the point that makes active."""
    registry = community()
    old = Version(Leaf(YEAR, "at_least", kinds=("answer", "post")))
    pathway = (Point("first", "casual", (old,)), Point("regular", "active", (old, Version(rule, TODAY))))
    support = registry.areas["support"]
    areas = {"support": Area("support", "Support", counts=support.counts, pathway=pathway)}

    assert states(Registry(registry.community, registry.systems, areas, {}, "0"), IN)[3] == expected


def test_a_part_is_counted_in_its_whole() -> None:
    """What an area's own rule does not ask for may count in the area that it lies in; without a rule the community's is asked."""
    registry = community(kinds=("question",))
    part = registry.areas["support"]
    whole = Area("all", "All", pathway=(Point("any", "active", (Version(Leaf(YEAR, "at_least")),)),))
    inside = Area("support", "Support", counts=part.counts, pathway=part.pathway, part_of="all")
    plain = Area("support", "Support", counts=part.counts)
    found = [Registry(registry.community, registry.systems, {one.id: one for one in areas}, {}, "0")
             for areas in ((inside, whole), (plain,))]

    assert [states(one, IN)[3] for one in found] == ["d", "d"]


def test_systems_stand_in_order_of_their_titles() -> None:
    """Whatever the case; one without a title by its id."""
    systems = {name: System(name, title, {}) for name, title in (("c", "b"), ("d", ""), ("a", "Z"), ("b", "A"))}
    registry = Registry(Community("town", "Town", "?"), systems, {}, {}, "0")

    assert [one.system.id for one in progress_of(registry, Known(Heard(), {}), TODAY)] == ["b", "c", "d", "a"]


def test_silence_is_told_when_it_lasts_longer_than_usual() -> None:
    """C05: a week without news is usual, the eighth day is not; of a system that never said anything nothing is told."""
    silent = [only(community(), Known(Heard(), {"forum": (None, last)})).silent
              for last in (TODAY - dt.timedelta(days=7), TODAY - dt.timedelta(days=8), None)]

    assert silent == [None, 8, None]


def test_percent_and_coverage_agree_with_the_stages() -> None:
    """C05: four steps of a quarter each; a system counts as integrated when the last is done."""
    registry = community()
    both = Known(Heard(IN.heard.imported, {"forum": MOMENT}), IN.days)
    found = [progress_of(registry, known, TODAY) for known in (Known(Heard(), {}), IN, both)]

    read = only(registry, Known(IN.heard, {}))

    assert (read.percent, read.integrated) == (75, False)  # its history was read, and nothing of it is counted yet
    assert [one.percent for (one,) in found] == [25, 100, 100]
    assert [coverage(progress) for progress in found] == [Coverage(0, 1, 0, 0), Coverage(1, 1, 0, 0), Coverage(1, 1, 0, 0)]


def test_the_list_of_the_seeds_adds_up() -> None:
    """C03: 18 bugs, 3 open (16.67 %), 15 resolved (83.33 %), none verified (0 %)."""
    found = totals([Work(str(n), "A bug", "open" if n < 3 else "resolved") for n in range(18)])

    assert (found.total, found.open, found.resolved, found.verified) == (18, 3, 15, 0)
    assert [found.percent(n) for n in (found.open, found.resolved, found.verified)] == ["16.67", "83.33", "0"]
    assert totals([]).percent(0) == "0"


def test_the_plan_goes_by_quarters() -> None:
    """C06: a quarter is done when its systems are in and its work is resolved; one to come is planned, any other ongoing."""
    works = (
        Work("a", "Documentation", "resolved", quarter="2026-Q1"), Work("b", "Left over", quarter="2026-Q2"),
        Work("c", "Later", quarter="2027-Q1"), Work("d", "At no time"),
    )
    registry = community(*works)
    plan = roadmap(registry, progress_of(registry, IN, TODAY), TODAY)

    assert [(quarter.name, quarter.state) for quarter in plan] == [
        ("2026-Q1", "done"), ("2026-Q2", "ongoing"), ("2026-Q4", "done"), ("2027-Q1", "planned")]
    assert [one.system.id for one in plan[2].systems] == ["forum"]
