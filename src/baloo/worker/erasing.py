"""An erasure from its order to its end, across queue, lake, records and counts.

Whatever stops it, it is taken up again before anything else is loaded or counted: by a worker that starts, by the next refresh,
or by the same command. See `baloo.people.erase` for the order of its steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from baloo.lake.erase import Fields, erase, foresee
from baloo.lake.store import Lake
from baloo.lake.words import Words
from baloo.logs import log
from baloo.people.erase import BEGUN, Pending, begin, delete, finish, pending, subject
from baloo.people.first import join
from baloo.people.index import Index
from baloo.people.marks import identities_of
from baloo.records import Records
from baloo.registry import load
from baloo.registry.model import Registry
from baloo.workspace import Workspace

if TYPE_CHECKING:
    from baloo.worker.work import Work

__all__ = ["complete", "erase_person", "foretell", "mentions"]


def erase_person(work: Work, whose: Sequence[int], *, who: str) -> list[dict[str, Any]]:
    """Erase the person of these identities, and whatever erasure was left half done; what each did.

    Raises InputError where nobody is meant, and what the steps raise: then the erasure is taken up again later.
    """
    parts = work.parts
    if whose:
        work.load_waiting()
        join(parts.records, now=parts.now())
        with parts.records.engine.connect().execution_options(writes=False) as connection:
            theirs = identities_of(connection, whose)
        begin(parts.records, theirs, who=who, now=parts.now())
    return complete(work, who=who)


def complete(work: Work, *, who: str = "worker") -> list[dict[str, Any]]:
    """Bring every erasure that was begun to its end; what each did."""
    parts = work.parts
    waiting = pending(parts.records)
    if not waiting:
        return []
    work.search.stop()  # while it reads the records nobody can cut off their log
    work.search.expect()
    parts.queue.begin_anew()
    work.load_waiting()  # nothing of theirs is taken in any more, and what others said is in the lake when it is cleaned
    join(parts.records, now=parts.now())  # who asks by their own page does so between a load and the next refresh
    for erasure in waiting:
        if erasure.state == BEGUN:
            _forget(work, erasure)
    parts.identities.forget()
    Index.forget(parts.records)
    parts.records.scrub()
    work.refresh(whole=True)
    work.forget_older_counts()
    done = [finish(parts.records, erasure.id, who=who, now=parts.now()) for erasure in waiting]
    log("erased", erasures=len(done))
    return done


def foretell(workspace: Workspace, records: Records, whose: Sequence[int]) -> dict[str, Any]:
    """What an erasure of the person would do, as far as it is loaded; nothing is changed."""
    with records.engine.connect().execution_options(writes=False) as connection:
        found = subject(connection, records.secret, identities_of(connection, whose))
    registry = load(workspace.registry)
    lake = Lake.open(workspace.lake, write=False)
    try:
        gone = foresee(lake, found.identities, found.words, _fields(registry))
    finally:
        lake.close()
    return {
        "identities": len(found.identities), "lake": asdict(gone), "kept": dict(found.kept),
        "mentions": mentions(workspace, found.words),
    }


def mentions(workspace: Workspace, words: Words) -> list[str]:
    """The files of the registry that name them: people keep these by hand, so people change them."""
    files = [workspace.root / "baloo.toml", *sorted(workspace.registry.rglob("*"))]
    found = [file for file in files if file.is_file() and words.stands_in(file.read_bytes(), None)]
    return [str(Path(file).relative_to(workspace.root)) for file in found]


def _forget(work: Work, erasure: Pending) -> None:
    parts = work.parts
    with parts.records.engine.connect().execution_options(writes=False) as connection:
        erasure = msgspec.structs.replace(erasure, identities=identities_of(connection, erasure.identities))
        found = subject(connection, parts.records.secret, erasure.identities)
    gone = erase(parts.lake, found.identities, found.words, _fields(parts.registry()))
    report = {"lake": asdict(gone), "mentions": mentions(parts.workspace, found.words)}
    delete(parts.records, erasure, report, now=parts.now())


def _fields(registry: Registry) -> Fields:
    from baloo.metrics.compile import compile_registry  # noqa: PLC0415 - a worker that only loads needs no engine
    from baloo.metrics.conditions import fields_of  # noqa: PLC0415 - the same

    sources = compile_registry(registry).sources
    ruled = {name for source in sources for name in fields_of(source)} | {source.split for source in sources if source.split}
    ruled |= {system.map.field for system in registry.systems.values() if system.map}
    return {
        (system.id, kind.id): (kind.owner_field, ruled) for system in registry.systems.values() for kind in system.kinds.values()
    }
