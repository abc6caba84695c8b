"""From what was read to the values of `model`: names are followed, short forms are written out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from baloo.registry._files import Draft, Entry
from baloo.registry._hash import meaning_hash
from baloo.registry._mappings import parse_mapping
from baloo.registry._maps import Row
from baloo.registry._rules import parse_date, parse_kinds, parse_leaf, parse_span, parse_versions, parse_where
from baloo.registry._schemas import BUILT_IN, parse_schema
from baloo.registry.built_in import built_in_mappings
from baloo.registry.byhand import Log
from baloo.registry.model import (
    Area,
    AreaMap,
    Claim,
    Community,
    Feed,
    Kind,
    MapRow,
    Membership,
    Point,
    Registry,
    System,
    Work,
)

__all__ = ["build"]


def build(draft: Draft, entry: Entry, rows: Mapping[str, list[Row]]) -> Registry:
    """The registry of a draft without errors. `entry` is its community, `rows` has the rows of each system's map."""
    was = former_ids(draft)
    community = _community(entry.data)
    systems = {s.id: s for s in (_system(entry, rows, was) for entry in draft.system)}
    areas = {a.id: a for a in (_area(entry, was, systems) for entry in draft.area)}
    schemas = BUILT_IN | {(s.id, s.version): s for s in (parse_schema(e.data, e.source.file) for e in draft.schema)}
    mappings = {(m.protocol, m.id): m for m in (parse_mapping(e.data, e.source.file) for e in draft.mapping)}
    return Registry(
        community, dict(sorted(systems.items())), dict(sorted(areas.items())), dict(sorted(schemas.items())),
        meaning_hash(community, systems, areas, schemas),
        built_in_mappings(systems) | mappings,
        {work.id: work for work in map(_work, draft.work)},
        may=tuple(_membership(line, was) for line in entry.data.get("may", ())),
    )  # fmt: skip


def former_ids(draft: Draft) -> dict[str, str]:
    """Former id of an area to its present one."""
    return {old: entry.data["area"] for entry in draft.area for old in entry.data.get("was", ())}


def _title(name: str) -> str:
    """A title made of an id: `first-answer` is `First answer`."""
    words = name.replace("-", " ").replace("_", " ")
    return words[:1].upper() + words[1:]


def _community(data: Mapping[str, Any]) -> Community:
    more = {"active": parse_leaf(data["active"])} if "active" in data else {}
    return Community(
        data["community"],
        data.get("title") or _title(data["community"]),
        data.get("question", "How many of us are there?"),
        data.get("target"),
        tuple(sorted({domain.lower() for domain in data.get("staff", ())})),
        **more,
    )


def _membership(line: Mapping[str, Any], was: Mapping[str, str]) -> Membership:
    places = [f"area:{was.get(line['area'], line['area'])}"] if "area" in line else []
    places += [f"system:{line['system']}"] if "system" in line else []
    return Membership(line["group"], line["role"], *places)


def _kind(name: str, written: str | Mapping[str, Any]) -> Kind:
    if isinstance(written, str):
        return Kind(name, written)
    key = written.get("natural_key")
    return Kind(
        name, written["title"], written.get("owner"), written.get("contribution", True), written.get("schema"),
        tuple(key) if key else None,
    )  # fmt: skip


def _system(entry: Entry, rows: Mapping[str, list[Row]], was: Mapping[str, str]) -> System:
    data = entry.data
    name, areas = data["system"], data.get("areas")
    found = sorted(rows.get(name, ()), key=lambda row: (row.value, row.prefix, row.since or row.EARLIEST, row.area))
    kept = tuple(MapRow(row.value, row.prefix, was.get(row.area, row.area), row.since, row.until) for row in found)
    return System(
        name,
        data.get("title", name),
        {kind: _kind(kind, written) for kind, written in sorted(data["kinds"].items())},
        data.get("url"),
        data.get("owner"),
        AreaMap(areas["by"], areas["map"], kept) if areas else None,
        data.get("manual", False),
        data.get("quarter"),
        _days(data.get("silent_after", "1 week")),
        entry.source.file,
        _feed(data["source"], data.get("url")) if "source" in data else None,
    )


def _feed(written: Mapping[str, Any], url: str | None) -> Feed:
    said = written.get("url", url or ())
    return Feed(
        written["name"], (said,) if isinstance(said, str) else tuple(said), written.get("cron"), parse_date(written.get("since")),
        written.get("key_env"), written.get("per_second"), written.get("mapping"),
        tuple(written.get("run", ())), written.get("overlap_minutes"),
    )  # fmt: skip


def _area(entry: Entry, was: Mapping[str, str], systems: Mapping[str, System]) -> Area:
    data = entry.data
    claims = tuple(_claim(line) for line in data.get("counts", ()))
    part_of: str | None = data.get("part_of")
    return Area(
        data["area"],
        data.get("title") or _title(data["area"]),
        tuple(sorted(data.get("was", ()))),
        was.get(part_of, part_of) if part_of else None,
        data.get("organisation"),
        data.get("owner"),
        data.get("target"),
        claims,
        data.get("split_by"),
        tuple(_point(point, was) for point in data.get("pathway", ())),
        _several(data.get("basis", ())),
        data.get("draft", False),
        entry.source.file,
        _log(data["log"], claims, systems) if "log" in data else None,
    )


def _log(written: Mapping[str, Any], claims: Sequence[Claim], systems: Mapping[str, System]) -> Log:
    """Of the one line of `counts` that is of a manual system."""
    claim = next(claim for claim in claims if systems[claim.system].manual)
    kinds = [kind.id for kind in systems[claim.system].kinds.values() if kind.contribution]
    return Log(
        claim.system, (claim.kinds or kinds)[0], tuple((name, test.values[0]) for name, test in claim.where),
        dict(written["types"]), written.get("private", False), tuple(written.get("needs", ())),
    )  # fmt: skip


def _claim(line: Mapping[str, Any]) -> Claim:
    return Claim(
        line["system"],
        parse_kinds(line.get("kinds")),
        parse_where(line.get("where")),
        parse_date(line.get("since")),
        parse_date(line.get("until")),
    )


def _point(data: Mapping[str, Any], was: Mapping[str, str]) -> Point:
    keeps = data.get("keeps")
    return Point(
        data["point"],
        data["level"],
        parse_versions(data, was),
        data.get("title") or _title(data["point"]),
        parse_span(keeps) if keeps and keeps != "ever" else keeps,
        data.get("rewards"),
        data.get("next"),
    )


def _work(entry: Entry) -> Work:
    data = entry.data
    return Work(
        str(data["work"]), data["title"], data.get("state", "open"), _several(data.get("systems", ())), data.get("stage"),
        data.get("blocks", False), data.get("priority"), data.get("url"), data.get("quarter"), entry.source.file,
    )  # fmt: skip


def _several(written: str | Sequence[str]) -> tuple[str, ...]:
    return (written,) if isinstance(written, str) else tuple(written)


def _days(written: str) -> int:
    span = parse_span(written)
    return span.n * (7 if span.unit == "weeks" else 1)
