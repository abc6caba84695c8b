"""Events to rollups: how many of which source, by identity and day.

`counts` has one source for each kind; `details` has every source that looks into the event. Both are additive: what arrives
and what is
taken back is a file of signed rows beside the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from baloo.metrics.conditions import fields_of, json_path, literal, points_sql, source_sql
from baloo.metrics.mapping import AreasOf
from baloo.metrics.plan import Source
from baloo.metrics.session import Session
from baloo.metrics.statements import render
from baloo.people.keys import OWNER_KEY_SQL
from baloo.registry.model import Registry

__all__ = ["Sources", "counts_sql", "details_sql"]

_COUNTS = {"source": "INTEGER", "system": "VARCHAR", "kind": "VARCHAR"}


@dataclass
class Sources:
    """The numbers by which rollup files name sources. A number is never used twice."""

    numbers: dict[str, int] = field(default_factory=dict)
    kinds: dict[tuple[str, str], int] = field(default_factory=dict)
    last: int = 0

    def number(self, source: Source) -> int:
        """The number of a source; a new one where it has none."""
        if source.name not in self.numbers:
            self.last += 1
            self.numbers[source.name] = self.last
        number = self.numbers[source.name]
        if source.base:
            self.kinds[(source.system, source.kind)] = number
        return number

    def knows(self, source: Source) -> bool:
        """Whether the rollup has it."""
        return source.name in self.numbers

    def keep(self, sources: Iterable[Source]) -> None:
        """Forget all sources but these and those of whole kinds."""
        names = {source.name for source in sources}
        kinds = set(self.kinds.values())
        self.numbers = {name: number for name, number in self.numbers.items() if name in names or number in kinds}

    def recall(self, number: int, name: str, system: str | None, kind: str | None) -> None:
        """Take over one row of an earlier state."""
        self.last = max(self.last, number)
        if name:
            self.numbers[name] = number
        if system is not None and kind is not None:
            self.kinds[(system, kind)] = number

    def rows(self) -> list[tuple[int, str, str | None, str | None]]:
        """All of it as rows that `recall` takes."""
        kinds = {number: kind for kind, number in self.kinds.items()}
        known = [(number, name, *kinds.get(number, (None, None))) for name, number in self.numbers.items()]
        return [*known, (self.last, "", None, None)]

    def learn_kinds(self, session: Session, events: str) -> None:
        """Number every kind that occurs, and lay the numbers out as table `kinds`."""
        for system, kind in sorted(session.run(f"SELECT DISTINCT system, kind FROM ({events}) AS e")):
            self.number(Source(system, kind))
        self.lay_out_kinds(session)

    def lay_out_kinds(self, session: Session) -> None:
        """Make table `kinds`: source, system, kind."""
        session.put("kinds", _COUNTS, [(number, *kind) for kind, number in sorted(self.kinds.items())])


def counts_sql(events: str, *, signed: bool) -> str:
    """The base rollup of events. Needs table `kinds`."""
    return render("counts", events=events, n=_n(signed))


def details_sql(
    session: Session, sources: Sources, wanted: Iterable[Source], events: str, registry: Registry, *, signed: bool
) -> list[str]:
    """The rollups of sources that look into the event: a query for those without parts, and one for each field that makes
    parts."""
    by_split: dict[str | None, dict[Source, int]] = {}
    for source in wanted:
        if not source.base:
            by_split.setdefault(source.split, {})[source] = sources.number(source)
    return [
        _Scan(session, numbers, sources.kinds, registry, split, signed, index).sql(events)
        for index, (split, numbers) in enumerate(by_split.items())
    ]


@dataclass
class _Scan:
    """One pass over the events for sources with the same field of parts."""

    session: Session
    numbers: Mapping[Source, int]
    kinds: Mapping[tuple[str, str], int]
    registry: Registry
    split: str | None
    signed: bool
    index: int

    def __post_init__(self) -> None:
        fields = {found for source in self.numbers for found in fields_of(source)}
        fields |= {source.owner_field for source in self.numbers if source.owner_field}
        fields |= {self.split} if self.split else set()
        self._maps = {
            source.system: AreasOf(area_map)
            for source in self.numbers
            if any(term.areas is not None for term in source.terms) and (area_map := self.registry.systems[source.system].map)
        }
        self._by = {system: area_map.field for system in self._maps if (area_map := self.registry.systems[system].map)}
        self._columns = {name: f"f{place}" for place, name in enumerate(sorted(fields | set(self._by.values())), 1)}

    def sql(self, events: str) -> str:
        candidates = [
            (number, self._code(source), bool(source.owner_field), source.objects) for source, number in self.numbers.items()
        ]
        self.session.put(
            f"candidates_{self.index}",
            {"source": "INTEGER", "code": "INTEGER", "owned": "BOOLEAN", "objects": "BOOLEAN"},
            candidates,
        )
        sign = ", sign" if self.signed else ""
        keys = {
            "part": self._part() if self.split else None,
            "owner_key": f"CASE WHEN s.owned THEN {self._owner()} END" if any(row[2] for row in candidates) else None,
            "object_key": f"CASE WHEN s.objects THEN {_hashed('e.object')} END" if any(row[3] for row in candidates) else None,
        }
        used = {name: sql for name, sql in keys.items() if sql}
        return render(
            "details", n=_n(self.signed), sign=sign, fields=self._fields(events, sign), mapping=self._mapping(events),
            candidates=f"candidates_{self.index}", tests=self._tests(), points=self._points(),
            keys="".join(f", {sql} AS {name}" for name, sql in used.items()), names="".join(f", {name}" for name in used),
            part_name="part" if self.split else "CAST('' AS VARCHAR)", kept="part <> ''" if self.split else "TRUE",
            owner_name="owner_key" if keys["owner_key"] else "CAST(NULL AS BIGINT)",
            object_name="object_key" if keys["object_key"] else "CAST(NULL AS BIGINT)",
        )  # fmt: skip

    def _code(self, source: Source) -> int:
        return self.kinds[(source.system, source.kind)]

    def _column(self, name: str) -> str:
        return f"e.{self._columns[name]}"

    def _fields(self, events: str, sign: str) -> str:
        """The events with their fields, each taken out of the events of those kinds alone that are asked for it."""
        needed: dict[str, set[int]] = {name: set() for name in self._columns}
        for source in self.numbers:
            asked = {*fields_of(source), source.owner_field, self.split, self._by.get(source.system)}
            for name in asked & needed.keys():
                needed[str(name)].add(self._code(source))
        columns = "".join(
            f", CASE WHEN k.source IN ({', '.join(map(str, sorted(needed[name])))}) "
            f"THEN CAST(json_extract(e.extra, {literal(json_path(name))}) AS VARCHAR) END AS {column}"
            for name, column in self._columns.items()
        )
        codes = sorted({self._code(source) for source in self.numbers})
        return render("fields", columns=columns, sign=sign, events=events, codes=", ".join(map(str, codes)))

    def _tests(self) -> str:
        tests = {number: source_sql(source, self._column) for source, number in self.numbers.items()}
        groups: dict[str, list[int]] = {}
        for number, test in tests.items():
            groups.setdefault(test, []).append(number)
        if set(groups) == {"TRUE"}:
            return "TRUE"
        cases = " ".join(f"WHEN s.source IN ({', '.join(map(str, found))}) THEN {test}" for test, found in groups.items())
        return f"CASE {cases} END"

    def _points(self) -> str:
        cases = " ".join(
            f"WHEN s.source = {number} THEN {points_sql(source.points, self._column)}"
            for source, number in self.numbers.items()
            if source.points
        )
        if not cases:
            return "CAST(0 AS BIGINT)"
        return f"{'sign * ' if self.signed else ''}CAST(CASE {cases} ELSE 0 END AS BIGINT)"

    def _owner(self) -> str:
        """The key of whose thing it was done on, as `people.keys.owner_key` computes it."""
        fields = {self._code(source): source.owner_field for source in self.numbers if source.owner_field}
        cases = " ".join(f"WHEN e.code = {code} THEN {self._column(name)}" for code, name in sorted(fields.items()))
        account = f"nullif(nfc_normalize(json_extract_string(CASE {cases} END, '$')), '')"
        return OWNER_KEY_SQL.format(system="e.system", account=account)

    def _part(self) -> str:
        value = self._column(str(self.split))
        many = f"list_distinct(CAST(CAST({value} AS JSON) AS VARCHAR[]))"
        return f"unnest(CASE WHEN {value} LIKE '[%' THEN {many} ELSE [json_extract_string({value}, '$')] END)"

    def _mapping(self, events: str) -> str:
        """The join that gives `mapped`: what the system's map makes of a value on a day, found for each value that occurs."""
        if not self._by:
            return ""
        rows = []
        for system, name in self._by.items():
            values = self.session.run(
                f"SELECT DISTINCT CAST(json_extract(extra, {literal(json_path(name))}) AS VARCHAR) AS value "
                f"FROM ({events}) AS e WHERE system = {literal(system)} AND value IS NOT NULL"
            )
            rows += [(system, value, *segment) for (value,) in values for segment in self._maps[system].segments(value)]
        columns = {"system": "VARCHAR", "value": "VARCHAR", "since": "DATE", "until": "DATE", "mapped": "VARCHAR"}
        self.session.put(f"mapping_{self.index}", columns, rows)
        cases = " ".join(f"WHEN e.system = {literal(system)} THEN {self._column(name)}" for system, name in self._by.items())
        return (
            f"LEFT JOIN mapping_{self.index} AS m ON m.system = e.system AND m.value = CASE {cases} END "
            "AND e.day >= m.since AND e.day < m.until"
        )


def _n(signed: bool) -> str:
    return f"CAST({'sum(sign)' if signed else 'count(*)'} AS INTEGER)"


def _hashed(text: str) -> str:
    return f"CAST('0x' || substr(md5({text}), 1, 15) AS BIGINT)"
