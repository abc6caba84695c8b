"""Who counts, worked out slowly: one person and one day at a time, straight from REGISTRY.md section 3.

It shares no code with `baloo`. It is written to be read beside the text, in the order of the text, and to be believed; it is fast
enough for some hundred events. Scopes and measures are named as in the manifest of what was counted: `area:support`,
`area:l10n/fr`, `community`; `active`, `point:regular`, `seen`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeAlias

from oracle.declared import Declared, date

Rule: TypeAlias = dict[str, Any]
Identity: TypeAlias = tuple[str, ...]  # (system, account), or whatever the source calls somebody by
Person: TypeAlias = Identity  # the first of a person's identities
Days: TypeAlias = tuple[dt.date, dt.date]  # (after, last]: the days after the first, up to and with the second

LEVELS = ("visitor", "casual", "active", "core")
ONE_DAY = dt.timedelta(1)


@dataclass(frozen=True, eq=False)
class Fact:
    """One live production event. `day` is the UTC date of its `at`."""

    who: Identity
    day: dt.date
    system: str
    kind: str
    object: str | None = None
    extra: dict[str, Any] = field(default_factory=dict)
    email: str | None = None


@dataclass(frozen=True)
class People:
    """What is known of people: the identities of one person, who is in no count, and who is staff from when to when."""

    same: tuple[tuple[Identity, ...], ...] = ()
    out: tuple[Identity, ...] = ()  # bots and opted out; one identity takes the whole person out
    roster: tuple[tuple[Identity, dt.date | None, dt.date | None], ...] = ()

    def person(self, who: Identity) -> Person:
        """The person that an identity belongs to."""
        for group in self.same:
            if who in group:
                return min(group)
        return who


# 3.1 and 3.2: days and windows


def back(day: dt.date, n: int, unit: str) -> dt.date:
    """`day` less n days, weeks, months or years; months and years clamp to the last day of the month."""
    if unit.startswith("day"):
        return _days_back(day, n)
    if unit.startswith("week"):
        return _days_back(day, 7 * n)
    months = day.year * 12 + day.month - 1 - n * (12 if unit.startswith("year") else 1)
    if months < 12:
        return dt.date.min
    first = dt.date(months // 12, months % 12 + 1, 1)
    following = dt.date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return first + dt.timedelta(min(day.day, (following - first).days) - 1)


def start_of(period: str, day: dt.date) -> dt.date:
    """The first day of the calendar week, month, quarter or year that `day` lies in."""
    if period == "week":
        return day - dt.timedelta(day.weekday())
    return day.replace(day=1, month={"month": day.month, "quarter": (day.month - 1) // 3 * 3 + 1, "year": 1}[period])


def window(leaf: Rule, day: dt.date) -> Days:
    """The days that a leaf sees when it is asked at `day`."""
    if "around" in leaf:
        n, unit = leaf["around"].split()
        return back(day, int(n), unit), back(day, -int(n), unit)
    within = leaf["within"]
    if within == "ever":
        return dt.date.min, day
    if within.startswith("calendar"):
        period = within.split()[1]
        last = start_of(period, day + ONE_DAY) - ONE_DAY
        return start_of(period, last) - ONE_DAY, last
    n, unit = within.split()
    return back(day, int(n), unit), day


def _days_back(day: dt.date, n: int) -> dt.date:
    return dt.date.fromordinal(max(day.toordinal() - n, 1))


# 3.4 and 3.6: tests on fields, and points


def passes(test: object, value: object) -> bool:
    """Whether the value of a field satisfies one line of `where`; None is a field that is missing."""
    if isinstance(test, dict) and "missing" in test:
        return (value is None) == test["missing"]
    if value is None:
        return False
    values = value if isinstance(value, list) else [value]
    if not isinstance(test, dict):
        wanted = test if isinstance(test, list) else [test]
        return any(_same(one, want) for one in values for want in wanted)
    [(word, arg)] = test.items()
    if word == "not":
        unwanted = arg if isinstance(arg, list) else [arg]
        return not any(_same(one, other) for one in values for other in unwanted)
    if word == "starts":
        return any(isinstance(one, str) and one.startswith(arg) for one in values)
    numbers = [one for one in values if _is_number(one)]
    return any(one >= arg for one in numbers) if word == "at_least" else any(one < arg for one in numbers)


def matches(selection: Rule, fact: Fact) -> bool:
    """Whether a fact satisfies the `kinds` and `where` of a claim, a leaf or a line of points."""
    if "kinds" in selection and fact.kind not in selection["kinds"]:
        return False
    return all(passes(test, fact.extra.get(name)) for name, test in selection.get("where", {}).items())


def points(lines: Iterable[Rule], fact: Fact) -> int:
    """The points that one fact is worth: its lines add up."""
    total = 0
    for line in lines:
        if not matches(line, fact):
            continue
        if "per" not in line:
            total += line["each"]
            continue
        value = fact.extra.get(line["per"])
        number = len(value) if isinstance(value, list) else value
        if _is_number(number):
            total += line["each"] * max(0, number - line.get("over", 0))
    return total


def _same(a: object, b: object) -> bool:
    """Exactly equal: texts as texts, numbers as numbers, and true is not 1."""
    return a == b and isinstance(a, bool) == isinstance(b, bool)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class Oracle:
    """Answers for one registry, one set of facts and one state of people."""

    def __init__(self, declared: Declared, facts: Iterable[Fact], people: People) -> None:
        self.declared = declared
        self._people = people
        self._person = cache(people.person)
        out = {self._person(who) for who in people.out}  # 3.12: removed before everything else
        self._facts = [fact for fact in facts if self._person(fact.who) not in out]
        self._facts_by: dict[Person, list[Fact]] = {}
        for fact in self._facts:
            self._facts_by.setdefault(self._person(fact.who), []).append(fact)
        self.everybody = frozenset(self._facts_by)
        # Every question below is a function of its arguments; remembering the answers changes none.
        for name in ("facts_of", "_claiming", "holds", "_asked", "_amounts", "level", "is_staff"):
            setattr(self, name, cache(getattr(self, name)))
        self._leaves: dict[int, Rule] = {}
        self._first_day = min((fact.day for fact in self._facts), default=dt.date.max)

    # what may be asked

    def scopes(self) -> list[str]:
        """Every scope that has an answer."""
        areas = [f"area:{area}" for area in self.declared.areas]
        parts = [part for area in areas for part in self._split(area)]
        systems = [f"system:{system}" for system in self.declared.systems]
        organisations = [f"organisation:{name}" for name in self.declared.organisations()]
        return sorted(["community", "unclaimed", *areas, *parts, *systems, *organisations])

    def measures(self, scope: str) -> list[str]:
        """Every measure of a scope."""
        own = [f"point:{point['point']}" for point in self._pathway(scope)]
        return [*LEVELS, *own, "known", "seen", "new", "inactive", *(["staff"] if scope == "community" else [])]

    def people(self, scope: str, measure: str, day: dt.date) -> frozenset[Person]:
        """Who holds a measure of a scope at the end of a day."""
        if measure in LEVELS:
            return self.level(scope, measure, day)
        if measure.startswith("point:"):
            return frozenset(p for p in self.everybody if self.holds(scope, measure[6:], p, day))
        if measure == "inactive":
            return self.people(scope, "known", day) - self.level(scope, "visitor", day)
        if measure == "staff":
            return frozenset(person for person in self.everybody if self.is_staff(person, day))
        return getattr(self, measure)(scope, day)

    def without_staff(self, scope: str, measure: str, day: dt.date) -> frozenset[Person]:
        """The same answer, less the persons who are staff at that day."""
        return frozenset(p for p in self.people(scope, measure, day) if not self.is_staff(p, day))

    def no_number_before(self, scope: str) -> dt.date | None:
        """The day before which the rule that is counted gives no number (3.10)."""
        counted = next((p for p in self._pathway(scope) if p["level"] == "active"), None)
        return date(_versions(counted)[-1].get("since")) if counted else None

    # 3.11: areas

    def facts_of(self, scope: str) -> dict[Person, list[Fact]]:
        """The facts that a scope sees, each once, by person."""
        found: dict[Person, list[Fact]] = {}
        for fact in self._facts:
            if self._belongs(fact, scope):
                found.setdefault(self._person(fact.who), []).append(fact)
        return found

    def _belongs(self, fact: Fact, scope: str) -> bool:
        form, _, name = scope.partition(":")
        if form == "system":
            return fact.system == name
        claiming = self._claiming(fact)
        if form == "area" and "/" in name:
            area, _, part = name.partition("/")
            return area in claiming and part in _values(fact.extra.get(self.declared.areas[area]["split_by"]))
        if form == "area":
            return name in claiming
        if form == "organisation":
            return any(self.declared.organisation_of(area) == name for area in claiming)
        return bool(claiming) == (form == "community")

    def _claiming(self, fact: Fact) -> frozenset[str]:
        """The areas that a fact belongs to."""
        claiming = self._mapped(fact) if fact.system in self.declared.maps else set()
        for id_, area in self.declared.areas.items():
            if any(self._claims(line, fact) for line in area.get("counts", ())):
                claiming.add(id_)
        for id_ in list(claiming):
            while id_ := self.declared.areas[id_].get("part_of"):
                claiming.add(id_)
        return frozenset(claiming)

    @staticmethod
    def _claims(line: Rule, fact: Fact) -> bool:
        return line["system"] == fact.system and _in_force(line, fact.day) and matches(line, fact)

    def _mapped(self, fact: Fact) -> set[str]:
        """The areas of the longest rows of the system's map that fit a value of the fact and hold on its day."""
        found: set[str] = set()
        for value in _values(fact.extra.get(self.declared.systems[fact.system]["areas"]["by"])):
            fitting: dict[tuple[int, bool], set[str]] = {}
            for row in self.declared.maps[fact.system]:
                wanted = row["value"]
                is_prefix = wanted.endswith("*")
                fits = value.startswith(wanted[:-1]) if is_prefix else value == wanted
                if fits and _in_force(row, fact.day):
                    length = (len(wanted.removesuffix("*")), not is_prefix)  # of two as long the exact one
                    fitting.setdefault(length, set()).add(row["area"])
            found |= fitting[max(fitting)] if fitting else set()
        return found

    def _split(self, scope: str) -> list[str]:
        """The parts that `split_by` makes of an area: one for each value that its facts have."""
        area = self.declared.areas[scope.removeprefix("area:")]
        if "split_by" not in area:
            return []
        facts = [fact for facts in self.facts_of(scope).values() for fact in facts]
        return sorted({f"{scope}/{value}" for fact in facts for value in _values(fact.extra.get(area["split_by"]))})

    def _parts(self, scope: str) -> list[str]:
        """The scopes whose people are this one's too, at every level."""
        form, _, name = scope.partition(":")
        if form == "area":
            return [] if "/" in name else [*(f"area:{part}" for part in self.declared.parts_of(name)), *self._split(scope)]
        areas = [a for a in self.declared.areas if form == "community" or self.declared.organisation_of(a) == name]
        return [f"area:{area}" for area in areas] if form in ("community", "organisation") else []

    def _pathway(self, scope: str) -> list[Rule]:
        form, _, name = scope.partition(":")
        return self.declared.pathway_of(name.partition("/")[0]) if form == "area" else []

    # 3.8: levels

    def level(self, scope: str, level: str, day: dt.date) -> frozenset[Person]:
        """Who is at this level or above: those of the scope's own rules, and those of its parts."""
        people = {p for part in self._parts(scope) for p in self.level(part, level, day)}
        if scope == "community" or scope.startswith("organisation:"):
            return frozenset(people)
        if level == "active":
            return frozenset(people | {p for p in self._somewhere(scope) if self._is_active(scope, p, day)})
        active = self.level(scope, "active", day)
        enough = LEVELS[LEVELS.index(level):]
        reached = {p for p in self._somewhere(scope) for point in self._pathway(scope)
                   if point["level"] in enough and self.holds(scope, point["point"], p, day)}
        return frozenset(people | (active & reached if level == "core" else active | reached))

    def _somewhere(self, scope: str) -> Iterable[Person]:
        """Who may hold a point of a scope: whoever did something there, for each rule asks for something; and where one asks
        about another area, anybody."""
        return self.everybody if any("reached" in str(point) for point in self._pathway(scope)) else self.facts_of(scope)

    def _is_active(self, scope: str, person: Person, day: dt.date) -> bool:
        for point in self._pathway(scope):
            if point["level"] == "active":
                return self.holds(scope, point["point"], person, day)
        return self._rule(self.declared.default, scope, person, day)

    # 3.9 and 3.10: points, and the rule in force

    def holds(self, scope: str, point_id: str, person: Person, day: dt.date) -> bool:
        """Whether a person holds a point at a day, its `keeps` included. The rule in force at the day judges all of it."""
        point = next(p for p in self._pathway(scope) if p["point"] == point_id)
        version = next((n for n, one in enumerate(_versions(point)) if _in_force({"since": one.get("since")}, day)), None)
        if version is None:
            return False
        after = window({"within": point["keeps"]}, day)[0] if "keeps" in point else day - ONE_DAY
        return any(self._asked(scope, point_id, version, person, earlier)
                   for earlier in _backwards(day, max(after, self._first_interesting(day))))

    def _asked(self, scope: str, point_id: str, version: int, person: Person, day: dt.date) -> bool:
        """Whether one version of a point's rule holds at a day, in force or not."""
        point = next(p for p in self._pathway(scope) if p["point"] == point_id)
        return self._rule(_versions(point)[version]["when"], scope, person, day)

    def _first_interesting(self, day: dt.date) -> dt.date:
        """No rule holds of anybody long before the first fact: `around` reaches some weeks ahead, and no further."""
        return self._first_day - dt.timedelta(400) if self._facts else day

    # 2: rules

    def _rule(self, rule: Rule, scope: str, person: Person, day: dt.date) -> bool:
        if "any" in rule:
            return any(self._rule(one, scope, person, day) for one in rule["any"])
        if "all" in rule:
            return all(self._rule(one, scope, person, day) for one in rule["all"])
        if "not" in rule:
            return not self._rule(rule["not"], scope, person, day)
        if "reached" in rule:
            area, _, point = rule["reached"].rpartition(":")
            return self.holds(f"area:{area}" if area else scope, point, person, day)
        return self._leaf(rule, scope, person, day)

    def _leaf(self, leaf: Rule, scope: str, person: Person, day: dt.date) -> bool:
        after, last = window(leaf, day)
        if "first" in leaf:
            days = [fact.day for fact in self._selected(leaf, scope, person)]
            return bool(days) and after < min(days) <= last
        if "top" in leaf:
            self._leaves[id(leaf)] = leaf
            amounts = self._amounts(id(leaf), scope, after, last)
            mine = amounts.get(person, 0)
            above = sum(amount for amount in amounts.values() if amount > mine)
            return mine > 0 and above * 100 < sum(amounts.values()) * int(leaf["top"].rstrip("%"))
        wanted, of = (leaf["days"], "days") if "days" in leaf else (leaf["at_least"], leaf.get("of", "contributions"))
        return self._amount(leaf, of, scope, person, (after, last)) >= wanted

    def _amounts(self, leaf: int, scope: str, after: dt.date, last: dt.date) -> dict[Person, int]:
        """What everybody did in the window, staff included; amounts of 0 are out."""
        rule = self._leaves[leaf]
        of = rule.get("of", "contributions")
        amounts = {p: self._amount(rule, of, scope, p, (after, last)) for p in self.everybody}
        return {person: amount for person, amount in amounts.items() if amount > 0}

    def _amount(self, leaf: Rule, of: str, scope: str, person: Person, days: Days) -> int:
        facts = [fact for fact in self._selected(leaf, scope, person) if days[0] < fact.day <= days[1]]
        if of in ("contributions", "points"):
            worth: Counter[dt.date] = Counter()
            for fact in facts:
                worth[fact.day] += points(leaf["points"], fact) if of == "points" else 1
            return sum(min(amount, leaf.get("cap_per_day", amount)) for amount in worth.values())
        distinct: dict[str, Callable[[Fact], object]] = {
            "days": lambda fact: fact.day,
            "weeks": lambda fact: start_of("week", fact.day),
            "months": lambda fact: start_of("month", fact.day),
            "objects": lambda fact: fact.object,
            "people": lambda fact: None if self._owner(fact) == person else self._owner(fact),
        }
        return len({distinct[of](fact) for fact in facts} - {None})

    def _selected(self, leaf: Rule, scope: str, person: Person) -> Iterator[Fact]:
        """The person's facts that a leaf speaks of."""
        for fact in self.facts_of(scope).get(person, ()):
            if "kinds" not in leaf and not self._is_contribution(fact):
                continue
            owner = self._owner(fact)
            if "whose" in leaf and (owner is None or (owner == person) != (leaf["whose"] == "own")):
                continue
            if matches(leaf, fact):
                yield fact

    def _owner(self, fact: Fact) -> Person | None:
        """The person whose thing it was done on (3.5)."""
        name = self.declared.owner_field(fact.system, fact.kind)
        account = fact.extra.get(name) if name else None
        return self._person((fact.system, account)) if account else None

    def _is_contribution(self, fact: Fact) -> bool:
        return self.declared.is_contribution(fact.system, fact.kind)

    # DESIGN 8: who was seen, whatever their rule

    def known(self, scope: str, day: dt.date) -> frozenset[Person]:
        """Who has contributed by this day."""
        return self._contributed(scope, dt.date.min, day)

    def seen(self, scope: str, day: dt.date) -> frozenset[Person]:
        """Who has contributed in the year: the feed's `totalactive`, where the day is a Sunday."""
        return self._contributed(scope, back(day, 1, "year"), day)

    def new(self, scope: str, day: dt.date) -> frozenset[Person]:
        """The feed's newcomers of the week that the day lies in; the week is judged at its Sunday."""
        sunday = start_of("week", day) + dt.timedelta(6)
        week = back(sunday, 1, "week")
        return self._contributed(scope, week, sunday) - self._contributed(scope, back(sunday, 1, "year"), week)

    def cell(self, scope: str, system: str | None, sunday: dt.date) -> tuple[frozenset[Person], ...]:
        """The week that ends on a Sunday, of what a scope sees of one system, or of all: seen in the year, new in the week, and
        those of the seen who are active in the scope; where it is all systems, everybody who is."""
        week, year = back(sunday, 1, "week"), back(sunday, 1, "year")
        seen = self._contributed(scope, year, sunday, system)
        new = self._contributed(scope, week, sunday, system) - self._contributed(scope, year, week, system)
        active = self.level(scope, "active", sunday)
        return seen, new, active if system is None else active & seen

    def _contributed(self, scope: str, after: dt.date, last: dt.date, system: str | None = None) -> frozenset[Person]:
        return frozenset(person for person, facts in self.facts_of(scope).items()
                         if any(after < fact.day <= last and self._is_contribution(fact) for fact in facts
                                if system is None or fact.system == system))

    # 3.12: staff

    def is_staff(self, person: Person, day: dt.date) -> bool:
        """By roster [from, until); who is in no roster, by an address of a staff domain used in the year."""
        spans = [(since, until) for who, since, until in self._people.roster if self._person(who) == person]
        if spans:
            return any((since is None or since <= day) and (until is None or day < until) for since, until in spans)
        domains = {domain.casefold() for domain in self.declared.community.get("staff", ())}
        after = back(day, 1, "year")
        return any(after < fact.day <= day and _domain(fact.email) in domains for fact in self._facts_by.get(person, ()))

    # 3.3: what is known

    def is_provisional(self, scope: str, day: dt.date, today: dt.date) -> bool:
        """Whether more may still come: a window reaches past today, or a feeding system is not known up to the day."""
        reach = max((window(leaf, day)[1] for leaf in self._counted_leaves(scope, day)), default=day)
        last = {fact.system: dt.date.min for fact in self._feeding(scope)}
        for fact in self._facts:
            if fact.system in last:
                last[fact.system] = max(last[fact.system], fact.day)
        return reach > today or any(known < day for known in last.values())

    def is_warming_up(self, scope: str, day: dt.date) -> bool:
        """Whether a window begins before the first known day of a feeding system."""
        begins = min((window(leaf, day)[0] + ONE_DAY for leaf in self._counted_leaves(scope, day)
                      if leaf.get("within") != "ever"), default=day)
        systems = {fact.system for fact in self._feeding(scope)}
        first = [min(fact.day for fact in self._facts if fact.system == system) for system in systems]
        return any(begins < known for known in first)

    def _feeding(self, scope: str) -> list[Fact]:
        return [fact for facts in self.facts_of(scope).values() for fact in facts]

    def _counted_leaves(self, scope: str, day: dt.date) -> Iterator[Rule]:
        """The leaves of the rules by which a scope counts its active people on a day."""
        for part in self._parts(scope):
            yield from self._counted_leaves(part, day)
        counted = next((p for p in self._pathway(scope) if p["level"] == "active"), None)
        if counted:
            version = next((one for one in _versions(counted) if _in_force({"since": one.get("since")}, day)), None)
            yield from self._leaves_in(version["when"], scope) if version else ()
        elif scope != "community" and not scope.startswith("organisation:"):
            yield self.declared.default

    def _leaves_in(self, rule: Rule, scope: str) -> Iterator[Rule]:
        for word in ("any", "all"):
            for one in rule.get(word, ()):
                yield from self._leaves_in(one, scope)
        if "not" in rule:
            yield from self._leaves_in(rule["not"], scope)
        elif "reached" in rule:
            area, _, point = rule["reached"].rpartition(":")
            pathway = self._pathway(f"area:{area}" if area else scope)
            yield from self._leaves_in(next(p for p in pathway if p["point"] == point)["when"], scope)
        elif "within" in rule or "around" in rule:
            yield rule

    # two dates compared

    def flows(self, scope: str, measure: str, start: dt.date, end: dt.date) -> dict[str, frozenset[Person]]:
        """Who stayed, left, joined (never before the start) and returned (at some time before it)."""
        before, after = self.people(scope, measure, start), self.people(scope, measure, end)
        came = after - before
        first = self._first_interesting(start)
        returned = {p for p in came for day in _backwards(start - ONE_DAY, first) if p in self.people(scope, measure, day)}
        return {"stayed": before & after, "left": before - after,
                "joined": frozenset(came - returned), "returned": frozenset(returned)}

    def moves(self, areas: list[str], start: dt.date, end: dt.date) -> dict[tuple[str, str], frozenset[Person]]:
        """Who was active in one area and not in the other at the start, and the other way round at the end."""
        left = {a: self.level(f"area:{a}", "active", start) - self.level(f"area:{a}", "active", end) for a in areas}
        came = {a: self.level(f"area:{a}", "active", end) - self.level(f"area:{a}", "active", start) for a in areas}
        return {(a, b): left[a] & came[b] for a in areas for b in areas if a != b and left[a] & came[b]}

    def overlap(self, areas: list[str], day: dt.date) -> dict[tuple[str, ...], frozenset[Person]]:
        """People by exactly the areas that they are active in."""
        found: dict[tuple[str, ...], set[Person]] = {}
        for person in self.everybody:
            active = tuple(a for a in sorted(areas) if person in self.level(f"area:{a}", "active", day))
            if active:
                found.setdefault(active, set()).add(person)
        return {active: frozenset(people) for active, people in found.items()}


def _versions(point: Rule) -> list[Rule]:
    """The rules of a point, the newest first."""
    return [point, *point.get("before", ())]


def _domain(email: str | None) -> str | None:
    """What stands behind the @ of an address."""
    return email.strip().casefold().rpartition("@")[2] if email else None


def _in_force(line: Rule, day: dt.date) -> bool:
    """Whether a claim or a row of a map holds on a day: [since, until)."""
    since, until = date(line.get("since")), date(line.get("until"))
    return (since is None or since <= day) and (until is None or day < until)


def _values(value: object) -> list[str]:
    """The texts that a field has: one, several in a list, or none."""
    values = value if isinstance(value, list) else [value]
    return [str(one) for one in values if one is not None]


def _backwards(last: dt.date, after: dt.date) -> Iterator[dt.date]:
    """The days of (after, last], the last first."""
    day = last
    while day > after:
        yield day
        day -= ONE_DAY
