"""Whom a refresh concerns: the persons whose intervals can differ from the last time, in table `affected`."""

from __future__ import annotations

from collections.abc import Collection

from baloo.metrics.conditions import literal
from baloo.metrics.plan import Source
from baloo.metrics.store import Store

__all__ = ["concerns", "find_affected"]

_CHANGED_KEYS = """
SELECT owner_key FROM changed_owners
UNION SELECT o.owner_key FROM owners AS o JOIN changed_members AS c ON c.identity = o.identity
UNION SELECT o.owner_key FROM old_owners AS o JOIN changed_members AS c ON c.identity = o.identity
"""


def find_affected(store: Store) -> None:
    """Make table `affected`: who contributed or lost contributions, was joined or parted, was left out or let in, or is staff
    otherwise.

    Also whoever answered somebody of whom that is true: to them another may have become oneself. Needs tables `delta` and
    those of `Who`.
    """
    session = store.session
    session.table(
        "touched",
        """
        SELECT DISTINCT identity_id AS identity FROM delta
        UNION SELECT identity FROM changed_members
    """,
    )
    observations = _differ("staff_observations", "observation")
    if session.run(f"SELECT 1 FROM ({observations}) AS o LIMIT 1"):
        seen = store.counts_of(f"observation_id IN ({observations})")
        session.insert("touched", f"SELECT DISTINCT identity_id AS identity FROM ({seen}) AS c")
    keyed = [source for source in store.plan.sources if source.owner_field]
    if keyed and session.run(f"SELECT 1 FROM ({_CHANGED_KEYS}) AS k LIMIT 1"):
        answers = store.details_of(keyed, f"owner_key IN ({_CHANGED_KEYS})")
        session.insert("touched", f"SELECT DISTINCT identity_id AS identity FROM ({answers}) AS d")
    session.table(
        "affected",
        f"""
        SELECT m.person FROM members AS m JOIN touched AS t ON t.identity = m.identity
        UNION SELECT o.person FROM old_members AS o JOIN changed_members AS c ON c.identity = o.identity
        UNION {_differ("excluded", "person")}
        UNION {_differ("roster", "person", "person, since, until")}
    """,
    )


def concerns(store: Store, sources: Collection[Source]) -> bool:
    """Whether anything of these sources came, went, or is somebody else's than before. Needs what `find_affected` needs."""
    kinds = ", ".join(f"({literal(source.system)}, {literal(source.kind)})" for source in sources)
    regrouped = "identity_id IN (SELECT identity FROM changed_members)"
    base = ", ".join(str(store.sources.number(source)) for source in sources if source.base) or "NULL"
    questions = [
        f"SELECT 1 FROM delta WHERE (system, kind) IN ({kinds})",
        f"SELECT 1 FROM ({_differ('excluded', 'person')}) AS d",
        f"SELECT 1 FROM ({store.counts_of(f'source IN ({base}) AND {regrouped}')}) AS c",
        f"SELECT 1 FROM ({store.details_of([source for source in sources if not source.base], regrouped)}) AS d",
    ]
    if any(source.owner_field for source in sources):
        questions.append(f"SELECT 1 FROM ({_CHANGED_KEYS}) AS k")
    return any(store.session.run(f"{question} LIMIT 1") for question in questions)


def _differ(name: str, wanted: str, columns: str | None = None) -> str:
    """What is in only one of the present and the earlier table."""
    of = columns or wanted
    return (
        f"SELECT {wanted} FROM ((SELECT {of} FROM {name} EXCEPT SELECT {of} FROM old_{name}) "
        f"UNION ALL (SELECT {of} FROM old_{name} EXCEPT SELECT {of} FROM {name})) AS d"
    )
