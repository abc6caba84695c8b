"""A registry as the oracle reads it: YAML into plain dicts, and nothing of `baloo`.

It judges nothing: a registry that `baloo check` refuses has no meaning here.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

DEFAULT = {"at_least": 1, "within": "1 year"}


@dataclass
class Declared:
    """What a community declares, as it is written. `maps` has the rows of each system's map, by system."""

    community: dict[str, Any]
    systems: dict[str, dict[str, Any]]
    areas: dict[str, dict[str, Any]]
    maps: dict[str, list[dict[str, str]]] = field(default_factory=dict)

    @property
    def default(self) -> dict[str, Any]:
        """The rule where an area or a system says nothing."""
        return self.community.get("active", DEFAULT)

    def parts_of(self, area: str) -> list[str]:
        """The areas that are directly part of `area`."""
        return [id_ for id_, written in self.areas.items() if written.get("part_of") == area]

    def pathway_of(self, area: str) -> list[dict[str, Any]]:
        """The points of an area: its own, else those of the nearest area around it."""
        return self._nearest(area, "pathway") or []

    def organisation_of(self, area: str) -> str | None:
        """The organisation of an area: its own, else that of the nearest area around it."""
        return self._nearest(area, "organisation")

    def organisations(self) -> list[str]:
        """All organisations."""
        return sorted({name for area in self.areas if (name := self.organisation_of(area))})

    def is_contribution(self, system: str, kind: str) -> bool:
        """Whether a kind counts where a rule does not name it."""
        written = self.systems[system]["kinds"][kind]
        return written.get("contribution", True) if isinstance(written, dict) else True

    def owner_field(self, system: str, kind: str) -> str | None:
        """The field that holds the account of whose thing it was done on."""
        written = self.systems[system]["kinds"][kind]
        return written.get("owner") if isinstance(written, dict) else None

    def _nearest(self, area: str | None, key: str) -> Any:
        while area:
            if key in self.areas[area]:
                return self.areas[area][key]
            area = self.areas[area].get("part_of")
        return None


def read(folder: Path) -> Declared:
    """The registry in a folder."""
    systems = {one["system"]: one for one in _files(folder / "systems")}
    return Declared(
        community=_load(folder / "community.yaml"),
        systems=systems,
        areas={one["area"]: one for one in _files(folder / "areas")},
        maps={id_: _rows(folder / one["areas"]["map"]) for id_, one in systems.items() if "areas" in one},
    )


def date(written: object) -> dt.date | None:
    """A date as YAML or CSV gives it; None where there is none."""
    return dt.date.fromisoformat(str(written)) if written else None


def _files(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("*.yaml")):
        found = _load(file)
        yield from found if isinstance(found, list) else [found]


def _load(file: Path) -> Any:
    return YAML(typ="safe", pure=True).load(file.read_text("utf-8"))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
