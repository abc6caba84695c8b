"""What is known of a system besides what was counted: whose history was read to its end, and who pushes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from baloo.registry.model import Registry
from baloo.sources.journal import Journal
from baloo.workspace import Workspace

if TYPE_CHECKING:
    from baloo.metrics.answers import Answers
    from baloo.metrics.derived import Manifest

__all__ = ["Days", "Heard", "Known", "backfill", "imported", "known_of", "known_to"]

Days = tuple[dt.date | None, dt.date | None]


@dataclass(frozen=True, slots=True)
class Heard:
    """System to the moment when its history was last read to the end, and when it last pushed something that counts."""

    imported: Mapping[str, dt.datetime] = field(default_factory=dict)
    pushed: Mapping[str, dt.datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """All that the stages of a system are told by. `days` are its first and last known day, `tried` what it sent in staging."""

    heard: Heard
    days: Mapping[str, Days]
    tried: frozenset[str] = frozenset()


def backfill(system: str) -> str:
    """The journal's name for the history of a system."""
    return f"backfill of {system}"


def imported(workspace: Workspace, systems: Iterable[str]) -> dict[str, dt.datetime]:
    """The systems whose history was read to its end."""
    journal = Journal(workspace.root / "data" / "imports")
    notes = {system: journal.read(backfill(system)).get("finished") for system in systems}
    return {system: dt.datetime.fromisoformat(moment) for system, moment in notes.items() if isinstance(moment, str)}


def known_to(answers: Answers, registry: Registry, heard: Heard) -> Known:
    """What the present answers know of the systems."""
    systems = registry.systems
    return Known(
        heard, {system: answers.known_days(system) for system in systems},
        frozenset(system for system in systems if answers.staging(system)),
    )


def known_of(manifest: Manifest | None, heard: Heard) -> Known:
    """The same from what was counted last; None where nothing was."""
    if manifest is None:
        return Known(heard, {})
    day = dt.date.fromisoformat
    days = {system: (day(first), day(manifest.last_days[system])) for system, first in manifest.first_days.items()}
    return Known(heard, days, frozenset(manifest.staging))
