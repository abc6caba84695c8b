"""Mappings: how something that another program sends becomes events; read, and checked for what a schema cannot see."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from baloo.registry._files import Entry
from baloo.registry._names import Names
from baloo.registry._rules import parse_where
from baloo.registry._yaml import Place
from baloo.registry.model import EventRule, PayloadMapping

__all__ = ["check_mappings", "parse_mapping"]

_RESERVED = {"hook": {"github"}}  # names of a protocol whose addresses are others'
_SELECTORS = ("when", "each")


def parse_mapping(data: Mapping[str, Any], file: str = "") -> PayloadMapping:
    """A mapping file as a PayloadMapping."""
    return PayloadMapping(
        data["mapping"], data.get("protocol", "hook"), data["system"],
        tuple(
            EventRule({k: v for k, v in rule.items() if k not in _SELECTORS}, parse_where(rule.get("when")), rule.get("each"))
            for rule in data["events"]
        ),
        data.get("otherwise", "quarantine"), data.get("trust", "token"), file,
    )  # fmt: skip


def check_mappings(names: Names) -> None:
    """Names of mappings, their systems and kinds, pointers into elements, time zones."""
    seen: dict[tuple[str, str], str] = {}
    for entry in names.draft.mapping:
        protocol, name = entry.data.get("protocol", "hook"), entry.data["mapping"]
        if name in _RESERVED.get(protocol, ()):
            names.report(entry, ("mapping",), f"A {protocol} cannot be called `{name}`: that address is taken.", slug="reserved")
        if (protocol, name) in seen:
            message = f"The mapping `{name}` of the protocol {protocol} is declared in {seen[protocol, name]} too."
            names.report(entry, ("mapping",), message, slug="declared-twice")
        seen.setdefault((protocol, name), entry.source.file)
        wrong = names.unknown("system", entry.data["system"], names.systems)
        if wrong:
            names.report(entry, ("system",), **wrong)
        for i, rule in enumerate(entry.data["events"]):
            _check_rule(names, entry, protocol, ("events", i), rule)


def _check_rule(names: Names, entry: Entry, protocol: str, place: Place, rule: dict[str, Any]) -> None:
    kinds = names.kinds_of(entry.data["system"])
    if isinstance(rule["kind"], str) and kinds and rule["kind"] not in kinds:
        message = f"`{entry.data['system']}` has no kind `{rule['kind']}`."
        names.report(entry, (*place, "kind"), **names.wrong_name(message, rule["kind"], kinds))
    if "schema" in rule:
        wrong = names.unknown("schema", rule["schema"], names.schemas)
        if wrong:
            names.report(entry, (*place, "schema"), **wrong)
    if "each" in rule and protocol == "eventgate":
        message = "An event of EventGate is one event; `each` is for the other protocols."
        names.report(entry, (*place, "each"), message, slug="each")
    if "each" not in rule:
        for at, pointer in _pointers(rule, place):
            if pointer.startswith("."):
                message = f"`{pointer}` leads into an element, and there is no `each` that names a list."
                names.report(entry, at, message, slug="each")
    zone = rule["at"].get("zone") if isinstance(rule["at"], dict) else None
    if zone is not None and not _is_zone(zone):
        message = f"There is no time zone `{zone}`. Write it like `Europe/Athens`."
        names.report(entry, (*place, "at", "zone"), message, slug="zone")


def _pointers(rule: object, place: Place) -> Iterator[tuple[Place, str]]:
    """Every pointer of a rule with its place."""
    if isinstance(rule, dict):
        for key, value in rule.items():
            if key == "when" and place[-1:] != ("extra",):
                yield from (((*place, "when", pointer), pointer) for pointer in value)
            elif key == "pointer" and isinstance(value, str):
                yield (*place, key), value
            else:
                yield from _pointers(value, (*place, key))


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
