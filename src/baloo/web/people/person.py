"""One person: their identities, what they did across systems, why these are together, and how they are parted."""

from __future__ import annotations

from collections.abc import Collection
from itertools import product

from baloo.access.sessions import Caller
from baloo.errors import InputError, UnknownName
from baloo.metrics.persons import Did
from baloo.people.explain import explain
from baloo.people.faces import Face, faces, persons_of
from baloo.people.suggestions import history, reject, suggested
from baloo.web.people.decided import Done, decided
from baloo.web.people.parts import Parts
from baloo.web.people.sides import OUT, accounts_of, did_of, when
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["done_by", "person_page", "split"]

_EXPLAINED = 40  # identities whose chain a page tells
_ROWS = 200
_DECIDED = 50


def person_page(scene: Scene, parts: Parts, desk: Caller, *, person: int, done: Done | None) -> Page:
    """A person, by the id of any of their identities. Raises UnknownName."""
    face = _face(parts, person)
    parts.counted.learn(face.ids, scene)
    words, waiting = scene.words, suggested(parts.records, person=face.person, now=parts.now())
    said = history(parts.records, person=face.person, limit=_DECIDED)
    return Page("person.html", words("person-title"), words("review-description"), values={
        "desk": desk, "left": None, "face": face, "done": done, "decided": decided(scene, parts, said),
        "rows": [_row(scene, parts, face, i) for i in range(len(face.ids))], "did": done_by(scene, parts, face),
        "out": [words(OUT[why]) for why in face.excluded], "waiting": len(waiting),
    })


def split(parts: Parts, desk: Caller, *, person: int, ticked: Collection[int], reason: str) -> int:
    """Say that the ticked identities of a person are somebody else than the others; the batch for undoing it.

    Raises InputError where none or all are ticked.
    """
    face = _face(parts, person)
    gone = [one for one in face.ids if one in set(ticked)]
    stay = [one for one in face.ids if one not in set(ticked)]
    if not gone or not stay:
        raise InputError("Tick those that are somebody else, and leave at least one.", remedy="Go back and tick some.")
    return reject(parts.records, list(product(gone, stay)), who=desk.who, reason=reason, now=parts.now()).batch


def done_by(scene: Scene, parts: Parts, face: Face) -> list[dict[str, str]]:
    """What somebody did across all systems, by system and kind, most first."""
    found: dict[tuple[str, str], list[Did]] = {}
    for row in (row for one in face.ids for row in parts.counted.did(one)):
        found.setdefault((row.system, row.kind), []).append(row)
    systems, day = scene.registry.systems, scene.words.day
    rows = []
    for (system, kind), several in sorted(found.items(), key=lambda item: (-sum(row.n for row in item[1]), item[0]))[:_ROWS]:
        declared = systems.get(system)
        known = declared.kinds.get(kind) if declared else None
        rows.append({
            "system": (declared.title if declared else "") or system, "kind": (known.title if known else "") or kind,
            "n": scene.words.number(sum(row.n for row in several)), "first": day(min(row.first for row in several)),
            "last": day(max(row.last for row in several)),
        })
    return rows


def _face(parts: Parts, identity: int) -> Face:
    person = persons_of(parts.records, [identity])[identity]
    face = faces(parts.records, [person]).get(person)
    if face is None:
        raise UnknownName("person", str(identity), ())
    return face


def _row(scene: Scene, parts: Parts, face: Face, i: int) -> dict[str, object]:
    one, oldest = face.identities[i], face.ids[0]
    span = face.spans.get(one.id)
    chain = explain(parts.records, oldest, one.id).chain if 0 < i < _EXPLAINED else ()
    place = {identity: n + 1 for n, identity in enumerate(face.ids)}
    return {
        "id": one.id, "number": place[one.id], "system": one.system, "names": ", ".join(one.names),
        "accounts": ", ".join(accounts_of(one)), "mail": ", ".join(one.addresses),
        "first": when(scene, span[0]) if span else "", "last": when(scene, span[1]) if span else "",
        "did": "; ".join(did_of(scene, parts.counted.did(one.id))[:3]),
        "chain": [{
            "ends": (place.get(step.a, step.a), place.get(step.b, step.b)), "words": step.words[:1].upper() + step.words[1:],
            "who": step.who if step.state == "accepted" else "", "reason": step.reason,
        } for step in chain],
    }
