"""Random registries of the whole grammar, and small random histories of fictional people to judge by them.

What is drawn is small, so that thresholds are met and missed by one, windows open and close among the facts, and a failing
example can be read.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from oracle.oracle import Fact, Identity, People

ACCOUNTS = ["ama", "idris", "jun", "lea", "noor", "tove"]
SYSTEMS = ["s", "t"]
KINDS = ["a", "b", "f"]  # `f` is no contribution
FIELDS = ["flag", "locale", "n", "owner", "repo", "size", "tags"]
FIRST = dt.date(2023, 12, 20)
LEVELS = ["visitor", "casual", "active", "core"]
LOCALES = ["de", "en-US", "fr", "it's", "\N{LATIN SMALL LETTER E WITH ACUTE}"]

_near, _far = st.integers(0, 100), st.integers(0, 800)
days = st.one_of(_near, _near, _far).map(lambda n: FIRST + dt.timedelta(n))
kinds = st.lists(st.sampled_from(KINDS), min_size=1, max_size=2, unique=True)


@dataclass(frozen=True)
class World:
    """A registry as `harness.write_registry` takes it, what happened, and what is known of people."""

    registry: dict[str, Any]
    facts: list[Fact]
    people: People


def _span(most: int, unit: str) -> st.SearchStrategy[str]:
    return st.integers(1, most).map(lambda n: f"{n} {unit}{'s' if n > 1 else ''}")


spans = st.one_of(_span(40, "day"), _span(6, "week"), _span(4, "month"), _span(1, "year"))
windows = st.one_of(
    spans.map(lambda span: {"within": span}),
    st.sampled_from(["week", "month", "quarter", "year"]).map(lambda period: {"within": f"calendar {period}"}),
    st.one_of(_span(20, "day"), _span(3, "week")).map(lambda span: {"around": span}),
    st.just({"within": "ever"}),
)


def _values(options: list[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.sampled_from(options), st.lists(st.sampled_from(options), min_size=1, max_size=2, unique=True))


def _tests(options: list[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(_values(options), _values(options).map(lambda value: {"not": value}), st.just({"missing": True}))


_numbers = st.one_of(_tests([0, 1, 2, 2.5, 10]), st.integers(0, 11).map(lambda n: {"at_least": n}),
                     st.sampled_from([1, 2.5, 10]).map(lambda n: {"below": n}))
wheres = st.fixed_dictionaries({}, optional={
    "locale": st.one_of(_tests(LOCALES), st.sampled_from(["e", "en", "f", "it'"]).map(lambda text: {"starts": text})),
    "tags": st.one_of(_tests(["x", "y", "z"]), st.just({"starts": "x"})),
    "n": _numbers,
    "flag": _tests([True, False]),
}).filter(bool)

extras = st.fixed_dictionaries({}, optional={
    "locale": st.one_of(st.sampled_from(LOCALES), st.lists(st.sampled_from(LOCALES), min_size=1, max_size=2, unique=True)),
    "tags": st.lists(st.sampled_from(["x", "y", "z", "xy"]), max_size=2),
    "n": st.one_of(st.integers(-1, 11), st.sampled_from([1.0, 2.5, "1", "10", True]), st.lists(st.integers(0, 11), max_size=2)),
    "flag": st.booleans(),
    "size": st.one_of(st.integers(-3, 20), st.lists(st.just("x"), max_size=4), st.just("many")),
    "owner": st.sampled_from([*ACCOUNTS, "zoe"]),
    "repo": st.sampled_from(["lab/web", "lab/phone", "lab/phone-ui", "home/web"]),
})

_lines = st.fixed_dictionaries(
    {"each": st.integers(1, 5)}, optional={"kinds": kinds, "where": wheres, "per": st.just("size")},
).flatmap(lambda line: st.integers(0, 8).map(lambda over: {**line, "over": over}) if "per" in line else st.just(line))


@st.composite
def leaves(draw: st.DrawFn, *, top: bool = True) -> dict[str, Any]:
    """A leaf: which, how much, when."""
    leaf: dict[str, Any] = dict(draw(windows))
    form = draw(st.sampled_from(["at_least", "at_least", "at_least", "days", "first", *(["top"] if top else [])]))
    if form == "days":
        leaf["days"] = draw(st.integers(1, 3))
    elif form == "first":
        leaf["first"] = True
    else:
        of = draw(st.sampled_from(["contributions", "contributions", "days", "weeks", "months", "objects", "people", "points"]))
        leaf["of"] = of
        amounts = st.integers(1, 30 if of == "points" else 4)
        leaf[form] = draw(amounts if form == "at_least" else st.sampled_from(["1%", "34%", "50%", "80%", "99%"]))
        if of == "points":
            leaf["points"] = draw(st.lists(_lines, min_size=1, max_size=3))
        if of in ("contributions", "points") and draw(st.booleans()):
            leaf["cap_per_day"] = draw(st.integers(1, 3 if of == "contributions" else 12))
    for key, strategy in (("kinds", kinds), ("where", wheres), ("whose", st.sampled_from(["others", "own"]))):
        if draw(st.integers(0, 2)) == 0:
            leaf[key] = draw(strategy)
    return leaf


@st.composite
def rules(draw: st.DrawFn, reachable: list[str], *, top: bool = True, depth: int = 2) -> dict[str, Any]:
    """A rule: a leaf, or rules in `any` and `all` with a `not` here and there; `reached` names one of the reachable points."""
    form = draw(st.sampled_from(["leaf", "leaf", "any", "all", "all", "reached"])) if depth else "leaf"
    if form == "reached" and reachable:
        point = draw(st.sampled_from(reachable))
        alone = ":" not in point and draw(st.booleans())  # of another area: only beside something done here
        return {"reached": point} if alone else {"all": [{"reached": point}, draw(leaves(top=top))]}
    if form not in ("any", "all"):
        return draw(leaves(top=top))
    inner = rules(reachable, top=top, depth=depth - 1)
    parts = draw(st.lists(inner, min_size=2, max_size=3))
    if form == "all" and draw(st.booleans()):
        parts[-1] = {"not": parts[-1]}
    return {form: parts}


@st.composite
def points(draw: st.DrawFn, name: str, reachable: list[str]) -> dict[str, Any]:
    """A point with its rules through time, and its grace. A rule with grace asks for no `top`, not even through another point."""
    keeps = draw(st.one_of(st.none(), st.none(), st.none(), spans, st.just("ever")))
    rule = rules([], top=False) if keeps else rules(reachable)
    point = {"point": name, "level": draw(st.sampled_from(LEVELS)), "when": draw(rule), **({"keeps": keeps} if keeps else {})}
    dates = sorted(draw(st.lists(days, max_size=2, unique=True)), reverse=True)
    if dates:
        point["since"] = str(dates[0])
        point["before"] = [{"since": str(day), "when": draw(rule)} for day in dates[1:]]
        if draw(st.booleans()):
            point["before"].append({"when": draw(rule)})
    return point


@st.composite
def claims(draw: st.DrawFn) -> dict[str, Any]:
    """A line of `counts`."""
    claim: dict[str, Any] = {"system": draw(st.sampled_from(SYSTEMS))}
    for key, strategy in (("kinds", kinds), ("where", wheres), ("since", days.map(str)), ("until", days.map(str))):
        if draw(st.integers(0, 3)) == 0:
            claim[key] = draw(strategy)
    if claim.get("since", "") >= claim.get("until", "9"):
        del claim["until"]
    return claim


@st.composite
def registries(draw: st.DrawFn) -> dict[str, Any]:
    """A community of up to three areas, nested or beside each other, split, mapped, of organisations."""
    areas: list[dict[str, Any]] = []
    reachable: list[str] = []
    for name in ["one", "two", "three"][: draw(st.integers(1, 3))]:
        area: dict[str, Any] = {"area": name, "counts": draw(st.lists(claims(), min_size=1, max_size=2))}
        if areas and draw(st.booleans()):
            area["part_of"] = draw(st.sampled_from([other["area"] for other in areas]))
        if draw(st.integers(0, 2)) == 0:
            area["split_by"] = draw(st.sampled_from(["locale", "tags"]))
        if draw(st.integers(0, 2)) == 0:
            area["organisation"] = draw(st.sampled_from(["club", "corp"]))
        if draw(st.integers(0, 4)):
            own: list[str] = []
            area["pathway"] = []
            for n in range(draw(st.integers(1, 3))):
                area["pathway"].append(draw(points(f"p{n}", own + reachable)))
                own.append(f"p{n}")
            reachable += [f"{name}:{point}" for point in own]
        areas.append(area)
    systems: list[dict[str, Any]] = [{"system": system, "kinds": {kind: _kind(kind) for kind in KINDS}} for system in SYSTEMS]
    maps = {}
    if draw(st.booleans()):
        systems[0]["areas"] = {"by": "repo", "map": "maps/map.csv"}
        names = st.sampled_from([area["area"] for area in areas])
        values = draw(st.lists(st.sampled_from(["lab/*", "lab/phone*", "lab/phone", "home/web"]), min_size=1, unique=True))
        rows = [f"{value},{draw(names)},{draw(_maybe_day)}," for value in values]
        maps["map.csv"] = "\n".join(["value,area,since,until", *rows])
    community: dict[str, Any] = {"community": "drawn", "staff": ["corp.example"]}
    if draw(st.booleans()):
        community["active"] = draw(leaves())
    return {"community": community, "systems": systems, "areas": areas, "maps": maps, "fields": FIELDS}


def _kind(kind: str) -> dict[str, Any]:
    return {"title": f"Did {kind}", "owner": "owner", "contribution": kind != "f", "schema": "fixture"}


_maybe_day = st.one_of(st.just(""), days.map(str))


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """What happened; some of it several times on one day."""
    facts = []
    for _ in range(draw(st.integers(0, 20))):
        account = draw(st.sampled_from(ACCOUNTS))
        system = draw(st.sampled_from(["s", "s", "t"]))
        email = draw(st.sampled_from([None, None, f"{account}@example.org", f" {account.upper()}@Corp.Example"]))
        url = draw(st.sampled_from([None, "https://example.org/1", "https://example.org/2", "https://example.org/3"]))
        fact = Fact((system, account), draw(days), system, draw(st.sampled_from(["a", "a", "b", "f"])), url, draw(extras), email)
        facts += [Fact(fact.who, fact.day, fact.system, fact.kind, fact.object, fact.extra, fact.email)
                  for _ in range(draw(st.sampled_from([1, 1, 2, 3])))]
    return facts


@st.composite
def populations(draw: st.DrawFn) -> People:
    """Who is who: groups of accounts, some bots, some staff by roster."""
    accounts: list[Identity] = [(system, account) for system in SYSTEMS for account in ACCOUNTS]
    shuffled = draw(st.permutations(accounts))
    cuts = sorted(draw(st.lists(st.integers(0, len(shuffled)), min_size=4, max_size=10)))
    groups = [tuple(shuffled[start:stop]) for start, stop in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
    spans = st.tuples(st.sampled_from(accounts), st.one_of(st.none(), days), st.one_of(st.none(), days))
    roster = [span for span in draw(st.lists(spans, max_size=2)) if not (span[1] and span[2] and span[1] >= span[2])]
    return People(
        same=tuple(group for group in groups if len(group) > 1),
        out=tuple(draw(st.lists(st.sampled_from(accounts), max_size=1))),
        roster=tuple(roster),
    )


worlds = st.builds(World, registries(), histories(), populations())
