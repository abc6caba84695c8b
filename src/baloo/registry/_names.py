"""Who declares what: the names of a draft, to follow them and to offer the nearest one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from baloo.errors import nearest
from baloo.registry._files import Draft, Entry
from baloo.registry._maps import Row
from baloo.registry._schemas import BUILT_IN, parse_schema
from baloo.registry.model import Schema

__all__ = ["Names"]

_RESERVED = {"unclaimed": "it is made by itself, of what no area claims", "community": "it is the whole"}


@dataclass(slots=True)
class Names:
    """What the draft declares, by name; the first wins where a name is declared twice."""

    draft: Draft
    rows: Mapping[str, list[Row]]
    systems: dict[str, Entry] = field(default_factory=dict)
    areas: dict[str, Entry] = field(default_factory=dict)
    was: dict[str, str] = field(default_factory=dict)
    schemas: dict[str, list[Schema]] = field(default_factory=dict)
    fed: dict[str, set[tuple[str, str]]] = field(default_factory=dict)

    @classmethod
    def of(cls, draft: Draft, rows: Mapping[str, list[Row]]) -> Names:
        """Gather the names; those declared twice are reported."""
        names = cls(draft, rows)
        for sort, found in (("system", names.systems), ("area", names.areas)):
            for entry in getattr(draft, sort):
                names.declare(sort, entry.data[sort], entry, found)
        names.former()
        names.gather_schemas()
        return names

    def declare(self, sort: str, name: str, entry: Entry, found: dict[str, Entry]) -> None:
        if sort == "area" and name in _RESERVED:
            self.report(entry, (sort,), f"An area cannot be called `{name}`: {_RESERVED[name]}.", slug="reserved")
        elif name in found:
            first = found[name]
            place = f"{first.source.file}:{first.source.line((*first.base, sort))}"
            self.report(entry, (sort,), f"The {sort} `{name}` is declared in {place} too.", slug="declared-twice")
        else:
            found[name] = entry

    def former(self) -> None:
        for entry in self.draft.area:
            for i, old in enumerate(entry.data.get("was", ())):
                holder = old if old in self.areas else self.was.get(old)
                if holder is not None:
                    message = f"`{old}` is taken: it leads to the area `{holder}`."
                    self.report(entry, ("was", i), message, slug="declared-twice")
                else:
                    self.was[old] = entry.data["area"]

    def gather_schemas(self) -> None:
        seen: dict[tuple[str, str], str] = {}
        for schema in BUILT_IN.values():
            self.schemas.setdefault(schema.id, []).append(schema)
        for entry in self.draft.schema:
            schema = parse_schema(entry.data, entry.source.file)
            key = (schema.id, schema.version)
            if schema.id in {built.id for built in BUILT_IN.values()}:
                self.report(entry, ("schema",), f"`{schema.id}` is built in; choose another name.", slug="reserved")
            elif key in seen:
                message = f"Version {schema.version} of `{schema.id}` is declared in {seen[key]} too."
                self.report(entry, ("version",), message, slug="declared-twice")
            else:
                seen[key] = entry.source.file
                self.schemas.setdefault(schema.id, []).append(schema)

    def report(self, entry: Entry, place: tuple[str | int, ...], message: str, **more: Any) -> None:  # noqa: ANN401
        """Note a problem at a place of an entry."""
        self.draft.report(entry.problem(place, message, **more))

    def unknown(self, sort: str, name: str, valid: Mapping[str, object]) -> dict[str, Any] | None:
        """Message, nearest and slug where nobody declares `name`; None where somebody does, or its file is broken."""
        if name in valid or name in self.draft.broken[sort]:
            return None
        return self.wrong_name(f"There is no {sort} `{name}`.", name, valid)

    @staticmethod
    def wrong_name(message: str, name: str, valid: Iterable[str], prefix: str = "") -> dict[str, Any]:
        """Message, nearest and slug of a name that is not among `valid`; where none is near, the first few are told."""
        choice = sorted(valid)
        close = nearest(name, choice)
        shown = ", ".join(choice[:8]) + (", …" if len(choice) > 8 else "")
        hint = f" Declared: {shown}." if choice and not close else ""
        return {"message": message + hint, "nearest": prefix + close if close else None, "slug": "unknown-name"}

    def area_of(self, name: str) -> str | None:
        """The present id of an area, by its present or a former one."""
        return name if name in self.areas else self.was.get(name)

    def whole_of(self, area: str) -> Iterator[str]:
        """The area and those it lies in, from the nearest outwards; ends where they go in a circle."""
        seen: set[str] = set()
        here: str | None = area
        while here in self.areas and here not in seen:
            yield here
            seen.add(here)
            here = self.area_of(self.areas[here].data.get("part_of", ""))

    def pathway(self, area: str) -> list[dict[str, Any]]:
        """The points of an area's own or inherited pathway, as written."""
        return next((self.areas[a].data["pathway"] for a in self.whole_of(area) if "pathway" in self.areas[a].data), [])

    def kinds_of(self, system: str) -> dict[str, Any]:
        """The kinds of a system as written; empty where nobody declares the system."""
        return cast("dict[str, Any]", self.systems[system].data["kinds"]) if system in self.systems else {}

    def feeds(self, area: str) -> set[tuple[str, str]]:
        """(system, kind) of what `counts`, maps and parts give to an area."""
        if not self.fed:
            self.fed = {name: set() for name in self.areas}
            for part, kinds in self.own_feeds().items():
                for whole in self.whole_of(part):
                    self.fed[whole] |= kinds
        return self.fed[area]

    def own_feeds(self) -> dict[str, set[tuple[str, str]]]:
        """Area to (system, kind) of what its own `counts` and the maps give it."""
        found: dict[str, set[tuple[str, str]]] = {area: set() for area in self.areas}
        for area, entry in self.areas.items():
            for line in entry.data.get("counts", ()):
                kinds = self.kinds_of(line["system"])
                found[area] |= {(line["system"], kind) for kind in line.get("kinds", kinds) if kind in kinds}
        for system, rows in self.rows.items():
            for present in {self.area_of(row.area) for row in rows} - {None}:
                found[str(present)] |= {(system, kind) for kind in self.kinds_of(system)}
        return found

    def everything(self) -> set[tuple[str, str]]:
        """(system, kind) of all that is declared."""
        return {(system, kind) for system in self.systems for kind in self.kinds_of(system)}

    def concerned(self, feeds: set[tuple[str, str]], kinds: list[str] | None) -> set[tuple[str, str]]:
        """Those of `feeds` that a selection of `kinds` sees; without kinds, all that are contributions."""
        if kinds is None:
            return {(s, k) for s, k in feeds if self.kind(s, k).get("contribution", True)}
        return {(s, k) for s, k in feeds if k in kinds}

    def kind(self, system: str, kind: str) -> dict[str, Any]:
        """One kind in its long form."""
        written = self.kinds_of(system).get(kind, {})
        return {"title": written} if isinstance(written, str) else written
