"""`where`, `points` and claims as SQL over the JSON text of an event's fields (REGISTRY.md 3.4). Pure: makes text, touches no
storage.

A field is a VARCHAR with the JSON text of its value, NULL where the event has none. Texts and booleans are compared as JSON text,
numbers as DOUBLE. A list holds where one of its elements does; `not` where none does.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Callable

from baloo.metrics.plan import Source, Term
from baloo.registry.model import PointsLine, Scalar, Test, Where

__all__ = ["fields_of", "json_path", "literal", "points_sql", "source_sql"]

Column = Callable[[str], str]  # the name of the column that has a field's JSON text


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def json_path(field: str) -> str:
    """A field of `extra` as a JSON path."""
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", field):
        return f"$.{field}"
    return '$."' + field.replace("\\", "\\\\").replace('"', '\\"') + '"'


def fields_of(source: Source) -> set[str]:
    """The fields of `extra` that a source looks at, but for those that give its map, parts and owners."""
    found = {field for term in source.terms for field, _ in term.where} | {field for field, _ in source.where}
    for line in source.points:
        found |= {field for field, _ in line.where} | ({line.per} if line.per else set())
    return found


def source_sql(source: Source, column: Column) -> str:
    """The predicate of a source. The day is in `e.day`, what its map gives in `m.mapped`."""
    tests = [_where(source.where, column)] if source.where else []
    if source.terms:
        claimed = " OR ".join(f"({_term(term, column)})" for term in source.terms)
        tests.append(f"NOT coalesce({claimed}, FALSE)" if source.unclaimed else f"({claimed})")
    return " AND ".join(tests) or "TRUE"


def points_sql(lines: tuple[PointsLine, ...], column: Column) -> str:
    """The points of one event: the lines add up."""
    return " + ".join(_line(line, column) for line in lines) or "0"


def _term(term: Term, column: Column) -> str:
    tests = [_where(term.where, column)] if term.where else []
    if term.since:
        tests.append(f"e.day >= {_date(term.since)}")
    if term.until:
        tests.append(f"e.day < {_date(term.until)}")
    if term.areas is not None:
        names = " OR ".join(f"m.mapped LIKE {literal('%|' + area + '|%')}" for area in term.areas)
        tests.append(f"coalesce({names}, FALSE)")
    return " AND ".join(tests) or "TRUE"


def _date(day: dt.date) -> str:
    return f"DATE '{day.isoformat()}'"


def _where(where: Where, column: Column) -> str:
    return " AND ".join(_test(test, column(field)) for field, test in where)


def _test(test: Test, value: str) -> str:
    """One line of `where`; never NULL."""
    absent = f"({value} IS NULL OR {value} = 'null')"
    if test.op == "missing":
        return absent if test.values[0] else f"NOT {absent}"
    wanted = Test("in", test.values) if test.op == "not" else test
    scalar, element = _scalar(wanted, value), _scalar(wanted, "item")
    elements = f"CAST(CAST(CAST({value} AS JSON) AS JSON[]) AS VARCHAR[])"
    some = f"len(list_filter({elements}, lambda item: {element})) > 0"
    no = "NOT " if test.op == "not" else ""
    return f"CASE WHEN {absent} THEN FALSE WHEN {value} LIKE '[%' THEN {no}({some}) ELSE {no}({scalar}) END"


def _scalar(test: Test, value: str) -> str:
    """A test of one value that is no list and not absent; never NULL."""
    number = f"TRY_CAST({value} AS DOUBLE)"
    if test.op == "starts":
        return f"starts_with({value}, {literal(json.dumps(str(test.values[0]), ensure_ascii=False)[:-1])})"
    if test.op in ("at_least", "below"):
        return f"coalesce({number} {'>=' if test.op == 'at_least' else '<'} {_number(test.values[0])}, FALSE)"
    texts = [literal(json.dumps(v, ensure_ascii=False)) for v in test.values if isinstance(v, str | bool)]
    numbers = [_number(v) for v in test.values if not isinstance(v, str | bool)]
    tests = [f"{value} IN ({', '.join(texts)})"] if texts else []
    if numbers:
        tests.append(f"coalesce({number} IN ({', '.join(numbers)}), FALSE)")
    return " OR ".join(tests)


def _number(value: Scalar) -> str:
    number = float(value)
    return f"CAST({number!r} AS DOUBLE)" if math.isfinite(number) else "NULL"


def _line(line: PointsLine, column: Column) -> str:
    """The points of one line, 0 where it does not hold. A list counts by its length, a missing field adds nothing."""
    worth = str(line.each)
    if line.per:
        value = column(line.per)
        number = f"CASE WHEN {value} LIKE '[%' THEN json_array_length({value}) ELSE TRY_CAST({value} AS DOUBLE) END"
        worth = f"CAST(floor({line.each} * greatest(coalesce({number}, 0) - {line.over}, 0)) AS BIGINT)"
    return f"(CASE WHEN {_where(line.where, column)} THEN {worth} ELSE 0 END)" if line.where else f"({worth})"
