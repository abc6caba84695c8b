"""What the engine needs to know of people: who is who, who is out, who is staff, and what changed since."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Protocol

__all__ = ["PeopleChanges", "PeopleReader", "StaffSpan"]


@dataclass(frozen=True, slots=True)
class StaffSpan:
    """A person is staff on days in [since, until); None is open."""

    person_id: int
    since: dt.date | None
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class PeopleChanges:
    """The state of people at `version`, or what changed in it after an older version.

    With `whole` the lists are everything; else `members` and `owners` have only identities whose person changed after the version
    asked for (each with its person now), and `excluded`, `staff` and `staff_observations` are always everything.
    """

    version: int
    whole: bool
    members: list[tuple[int, int]] = field(default_factory=list)  # (identity_id, person_id)
    owners: list[tuple[int, int]] = field(default_factory=list)  # (owner_key, identity_id)
    excluded: list[int] = field(default_factory=list)  # person ids: bots and opted out
    staff: list[StaffSpan] = field(default_factory=list)  # by roster; such a person is staff by roster alone
    staff_observations: list[int] = field(default_factory=list)  # observation ids with an address of a staff domain


class PeopleReader(Protocol):
    """Implemented by `baloo.people`."""

    def changes(self, since: int | None, staff_domains: tuple[str, ...]) -> PeopleChanges:
        """Everything (since None), or what changed after people version `since`."""
        ...
