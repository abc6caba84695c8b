"""What is found in the lake: an entry as it stands, and a contribution that is there. The lake's library is not loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from baloo.logbook.entry import Entry

__all__ = ["Already", "Stood"]


@dataclass(frozen=True, slots=True)
class Stood:
    """An entry as it stands. `actor` and `extra` are those of its event, `logged_by` who wrote it down, empty where unknown."""

    id: str
    namespace: str
    entry: Entry
    identity: int
    actor: Mapping[str, str]
    logged_by: str
    seq: int
    extra: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Already:
    """A contribution of somebody on a day: `same` where it was done on the very link of the entry."""

    system: str
    kind: str
    same: bool
