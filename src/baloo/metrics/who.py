"""Who is who, as tables of one refresh: members, owners, excluded, roster, staff_observations; and what changed in them since
the last.

`people` are the identities of persons who count, `owner_people` the persons behind owner keys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from baloo.metrics.files import Files, reading
from baloo.metrics.session import Session
from baloo.metrics.windows import LAST_DAY
from baloo.people.base import PeopleChanges

__all__ = ["TABLES", "Who", "lay_out_views"]

_MEMBERS = {"identity": "BIGINT", "person": "BIGINT"}
_OWNERS = {"owner_key": "BIGINT", "identity": "BIGINT"}
_EXCLUDED = {"person": "BIGINT"}
_ROSTER = {"person": "BIGINT", "since": "DATE", "until": "DATE"}
_OBSERVATIONS = {"observation": "BIGINT"}
TABLES = ("members", "owners", "excluded", "roster", "staff_observations")
"""What a manifest has of people; a table of the same name each."""


class Who:
    """Lays people out. `before` are the files of an earlier state, where there is one to build on."""

    def __init__(
        self, session: Session, files: Files, changes: PeopleChanges, before: Mapping[str, tuple[str, ...]] | None
    ) -> None:
        self._session = session
        self._files = files
        self.version = changes.version
        self.whole = changes.whole or before is None
        session.put("changed_members", _MEMBERS, changes.members)
        session.put("changed_owners", _OWNERS, changes.owners)
        if before is not None:
            for name in TABLES:
                session.table(f"old_{name}", reading(files.paths(before[name])))
        if self.whole:
            session.table("members", "SELECT * FROM changed_members")
            session.table("owners", "SELECT * FROM changed_owners")
        else:
            for name, key in (("members", "identity"), ("owners", "owner_key")):
                session.table(
                    name,
                    f"SELECT * FROM changed_{name} UNION ALL "
                    f"SELECT * FROM old_{name} WHERE {key} NOT IN (SELECT {key} FROM changed_{name})",
                )
        session.put("excluded", _EXCLUDED, [(person,) for person in changes.excluded])
        session.put("staff_observations", _OBSERVATIONS, [(observation,) for observation in changes.staff_observations])
        spans = [(span.person_id, span.since or dt.date.min, span.until or LAST_DAY) for span in changes.staff]
        session.put("roster", _ROSTER, spans)
        lay_out_views(session)
        self._same = {} if before is None else {name: before[name] for name in TABLES if not self._changed(name)}

    @property
    def changed(self) -> bool:
        """Whether anything differs from the earlier state."""
        return len(self._same) < len(TABLES)

    @property
    def regrouped(self) -> bool:
        """Whether whose contributions count, or as whose, differs from the earlier state."""
        return "members" not in self._same or "excluded" not in self._same

    def engine(self) -> dict[str, tuple[str, ...]]:
        """What the manifest says of people; writes the tables that changed."""
        return {
            name: self._same.get(name) or (self._files.write(self._session, name, f"SELECT * FROM {name}"),) for name in TABLES
        }

    def _changed(self, name: str) -> bool:
        if not self.whole and name in ("members", "owners"):
            return self._session.count(f"changed_{name}") > 0
        now, old = f"SELECT * FROM {name}", f"SELECT * FROM old_{name}"
        both = f"({now} EXCEPT ALL {old}) UNION ALL ({old} EXCEPT ALL {now})"
        return bool(self._session.run(f"SELECT 1 FROM ({both}) AS d LIMIT 1"))


def lay_out_views(session: Session) -> None:
    """Make `people` and `owner_people` of the tables: the identities of persons who count, the persons behind owner keys."""
    session.view("people", "SELECT identity, person FROM members WHERE person NOT IN (SELECT person FROM excluded)")
    session.view("owner_people", "SELECT o.owner_key, m.person FROM owners AS o JOIN members AS m ON m.identity = o.identity")
