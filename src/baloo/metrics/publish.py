"""Intervals to the files of a manifest: whole, or as a patch to the last one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from baloo.metrics.counting import Counting
from baloo.metrics.derived import Key, Manifest
from baloo.metrics.files import Files, reading
from baloo.metrics.plan import Plan
from baloo.metrics.session import Session
from baloo.metrics.statements import render

__all__ = ["Published", "live_rows", "patch", "whole"]

_ROWS = "SELECT k.key, h.person, h.start, h.stop FROM held AS h JOIN key_of AS k ON k.node = h.node AND k.part = h.part"
_NOBODY = "SELECT CAST(0 AS BIGINT) AS person WHERE FALSE"
_NO_ROWS = "SELECT 0 AS key, CAST(0 AS BIGINT) AS person, DATE '1970-01-01' AS start, DATE '1970-01-01' AS stop WHERE FALSE"
_MANY_CHANGES = 12  # files
_REPLACED = 0.15  # of the rows of intervals; a larger patch is worked in


@dataclass(frozen=True, slots=True)
class Published:
    """What a manifest says of intervals."""

    keys: tuple[Key, ...]
    intervals: tuple[str, ...]
    changes: tuple[str, ...]
    patch: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()

    def parts(self) -> dict[str, Any]:
        """The fields of a manifest."""
        return {name: getattr(self, name) for name in ("keys", "intervals", "changes", "patch", "replaced")}


def whole(session: Session, files: Files, plan: Plan, counting: Counting) -> Published:
    """Publish all that is held."""
    keys = _lay_out_keys(session, plan, counting, ())
    session.table("new_rows", _ROWS)
    _lay_out_staff(session, keys, "new")
    intervals = files.write(session, "intervals", "SELECT key, person, start, stop FROM new_rows ORDER BY key, person, start")
    changes = files.write(session, "changes", render("deltas", rows="new_rows", staff="new_staff"))
    return Published(keys, (intervals,), (changes,))


def patch(session: Session, files: Files, plan: Plan, counting: Counting, before: Manifest) -> Published:
    """Publish what is held by the persons in `affected` in the place of all that they held before."""
    keys = _lay_out_keys(session, plan, counting, before.keys)
    session.table("new_rows", _ROWS)
    old = f"SELECT r.* FROM ({live_rows(files, before)}) AS r JOIN affected AS a ON a.person = r.person"
    session.table("old_rows", old)
    _lay_out_staff(session, keys, "new")
    _lay_out_staff(session, keys, "old")
    gone = render("deltas", rows="old_rows", staff="old_staff")
    come = render("deltas", rows="new_rows", staff="new_staff")
    moves = f"{come} UNION ALL SELECT key, staff, day, -delta AS delta FROM ({gone}) AS g"
    changes = (*before.changes, files.write(session, "changes", _summed(moves)))
    rest = f"SELECT * FROM ({_read(files, before.patch, _NO_ROWS)}) AS p WHERE person NOT IN (SELECT person FROM affected)"
    session.table("patched", f"{rest} UNION ALL SELECT key, person, start, stop FROM new_rows")
    replaced = f"{_read(files, before.replaced, _NOBODY)} UNION SELECT person FROM affected"
    session.table("replaced_now", replaced)
    if len(changes) > _MANY_CHANGES:
        changes = (files.write(session, "changes", _summed(reading(files.paths(changes)))),)
    total = session.run(f"SELECT count(*) FROM ({_read(files, before.intervals, _NO_ROWS)}) AS r")[0][0]
    if session.count("patched") > _REPLACED * total:
        present = _read(files, before.intervals, _NO_ROWS)
        kept = f"SELECT * FROM ({present}) AS r WHERE person NOT IN (SELECT person FROM replaced_now)"
        rows = f"SELECT * FROM ({kept} UNION ALL SELECT key, person, start, stop FROM patched) AS r ORDER BY key, person, start"
        return Published(keys, (files.write(session, "intervals", rows),), changes)
    patched = files.write(session, "patch", "SELECT key, person, start, stop FROM patched ORDER BY key, person, start")
    return Published(
        keys, before.intervals, changes, (patched,), (files.write(session, "replaced", "SELECT person FROM replaced_now"),)
    )


def live_rows(files: Files, manifest: Manifest) -> str:
    """The intervals of a manifest with its patch worked in."""
    replaced = f"SELECT person FROM ({_read(files, manifest.replaced, _NOBODY)}) AS r"
    rest = f"SELECT * FROM ({_read(files, manifest.intervals, _NO_ROWS)}) AS r WHERE person NOT IN ({replaced})"
    return f"{rest} UNION ALL {_read(files, manifest.patch, _NO_ROWS)}"


def _read(files: Files, names: tuple[str, ...], empty: str) -> str:
    return reading(files.paths(names)) if names else empty


def _summed(moves: str) -> str:
    summed = f"SELECT key, staff, day, CAST(sum(delta) AS BIGINT) AS delta FROM ({moves}) AS m GROUP BY key, staff, day"
    return f"{summed} HAVING sum(delta) <> 0 ORDER BY key, staff, day"


def _lay_out_staff(session: Session, keys: tuple[Key, ...], age: str) -> None:
    staff = next(key.key for key in keys if key.scope == "community" and key.measure == "staff")
    session.table(f"{age}_staff", f"SELECT person, start, stop FROM {age}_rows WHERE key = {staff}")


def _lay_out_keys(session: Session, plan: Plan, counting: Counting, before: tuple[Key, ...]) -> tuple[Key, ...]:
    """Name what is held, and make table `key_of`: node, part, key. Names of an earlier manifest of the same plan keep their
    keys."""
    given = {(key.scope, key.measure): key.key for key in before}
    names = dict(session.run("SELECT part, name FROM parts"))
    numbers_of = {name: part for part, name in names.items()}
    parts: dict[str, set[int]] = {}
    for scope, _ in given:
        area, slash, part = scope.partition("/")
        if slash and part in numbers_of:
            parts.setdefault(area, set()).add(numbers_of[part])
    of_node: dict[int, set[str]] = {}  # areas that see the same contributions share nodes
    for entry in plan.entries:
        if entry.parted:
            of_node.setdefault(counting.numbers[entry.node], set()).add(entry.scope)
    for node, part in session.run("SELECT DISTINCT node, part FROM held WHERE part <> 0"):
        for scope in of_node.get(node, ()):
            parts.setdefault(scope, set()).add(part)
    keys: list[Key] = []
    numbers: dict[tuple[int, int], int] = {}
    last = max(given.values(), default=0)
    for entry in plan.entries:
        for number_of_part in sorted(parts.get(entry.scope, ())) if entry.parted else [0]:
            scope = f"{entry.scope}/{names[number_of_part]}" if entry.parted else entry.scope
            held = (counting.numbers[entry.node], number_of_part)
            number = given.get((scope, entry.measure), numbers.get(held))
            if number is None:
                number = last = last + 1
            numbers[held] = number
            keys.append(Key(number, scope, entry.measure))
    session.put(
        "key_of", {"node": "INTEGER", "part": "INTEGER", "key": "INTEGER"}, [(*held, key) for held, key in numbers.items()]
    )
    return tuple(keys)
