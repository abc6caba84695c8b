"""What `check` says of areas whose people are written down by hand: into which system that goes, and which fields it has."""

from __future__ import annotations

from typing import Any

from baloo.registry._files import Entry
from baloo.registry._names import Names
from baloo.registry._schemas import is_open

__all__ = ["check_log"]

_WRITTEN = ("type", "description", "logged_by", "private")  # the fields that an entry has


def check_log(names: Names) -> None:
    """Each `log`: one line of `counts` takes what is written down, and its schema has the fields of an entry."""
    for entry in names.areas.values():
        if "log" in entry.data and not names.draft.broken["system"]:
            _check(names, entry)


def _check(names: Names, entry: Entry) -> None:
    lines = [line for line in entry.data.get("counts", ()) if _manual(names, line["system"])]
    if len(lines) != 1:
        message = "`log` needs one line of `counts`, and no more, of a system that has `manual: true`."
        names.report(entry, ("log",), message, slug="log")
        return
    line = lines[0]
    if any(isinstance(test, dict | list) for test in line.get("where", {}).values()):
        message = f"What is logged is of `{line['system']}` where each field has one value: write a plain `where`."
        names.report(entry, ("log",), message, slug="log")
        return
    of = line["system"]
    kinds = line.get("kinds") or sorted(k for k in names.kinds_of(of) if names.kind(of, k).get("contribution", True))
    if not kinds:
        names.report(entry, ("log",), f"`{line['system']}` has no kind that is a contribution.", slug="log")
        return
    _fields(names, entry, names.kind(of, kinds[0]))


def _fields(names: Names, entry: Entry, kind: dict[str, Any]) -> None:
    schemas = names.schemas.get(kind.get("schema", "contribution"), ())
    if not schemas or any(is_open(schema) for schema in schemas):
        return
    declared = {name for schema in schemas for name in schema.fields}
    for name in _WRITTEN:
        if name not in declared:
            message = f"The schema `{schemas[0].id}` of what is logged has no field `{name}`."
            names.report(entry, ("log",), message, slug="log")
    for i, name in enumerate(entry.data["log"].get("needs", ())):
        if name != "link" and name not in declared:
            message = f"The schema `{schemas[0].id}` of what is logged has no field `{name}`."
            names.report(entry, ("log", "needs", i), **names.wrong_name(message, name, [*declared, "link"]))


def _manual(names: Names, system: str) -> bool:
    return system in names.systems and names.systems[system].data.get("manual", False)
