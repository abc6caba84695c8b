"""What was decided of pairs, in words, each with what takes it back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from baloo.access.sessions import Caller
from baloo.people.faces import Face, faces, persons_of
from baloo.people.suggestions import Decision, history
from baloo.web.people.parts import Parts
from baloo.web.people.sides import when
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["Done", "decided", "done_now", "done_of", "history_page"]

_MOST = 200
_NAMED = 3  # pairs of a batch that are named


@dataclass(frozen=True, slots=True)
class Done:
    """One batch of decisions. `pairs` are the names of the first few that it was about, and their persons.

    `pair` is the first of them as forms write it, `n` how many there are, `said` a word about it.
    """

    batch: int
    what: str
    when: str
    who: str
    pairs: tuple[tuple[str, int, str, int], ...]
    n: int
    pair: str = ""
    reason: str = ""
    undone: bool = False
    said: str = ""


def decided(scene: Scene, parts: Parts, found: Iterable[Decision]) -> list[Done]:
    """Decisions by batch, the latest first."""
    batches: dict[int, list[Decision]] = {}
    for one in found:
        batches.setdefault(one.batch, []).append(one)
    named = {end for several in batches.values() for one in several[:_NAMED] for end in (one.a, one.b)}
    person = persons_of(parts.records, named)
    known = faces(parts.records, set(person.values()))
    return [_done(scene, batch, several, person, known) for batch, several in batches.items()]


def done_now(scene: Scene, parts: Parts, most: int) -> list[Done]:
    """The latest decisions that stand."""
    return [one for one in decided(scene, parts, history(parts.records, limit=most * 2)) if not one.undone][:most]


def done_of(scene: Scene, parts: Parts, batch: int, said: str) -> Done | None:
    """What a batch decided, told after it was done; where nothing was decided, the word that says why."""
    found = decided(scene, parts, history(parts.records, batch=batch)) if batch else []
    if not found:
        return Done(0, "", "", "", (), 0, said=said) if said else None
    one = found[0]
    return Done(one.batch, one.what, one.when, one.who, one.pairs, one.n, one.pair, one.reason, one.undone, said)


def history_page(scene: Scene, parts: Parts, desk: Caller, *, done: Done | None) -> Page:
    """What was decided, by whom and when."""
    words = scene.words
    return Page("review_history.html", words("decided-title"), words("review-description"), values={
        "desk": desk, "left": None, "decided": decided(scene, parts, history(parts.records, limit=_MOST)), "done": done,
    })


def _done(scene: Scene, batch: int, several: list[Decision], person: dict[int, int], known: dict[int, Face]) -> Done:
    first = several[0]
    pairs = tuple((_name(one.a, person, known), person[one.a], _name(one.b, person, known), person[one.b])
                  for one in several[:_NAMED])
    undone = first.undone is not None
    return Done(batch, first.what, when(scene, first.made), first.who, pairs, len(several), f"{first.a}-{first.b}",
                first.reason, undone)


def _name(identity: int, person: dict[int, int], known: dict[int, Face]) -> str:
    """What an identity is called; those that were erased are a number."""
    face = known.get(person[identity])
    own = next((one for one in face.identities if one.id == identity), None) if face else None
    if own is None:
        return str(identity)
    return next(filter(None, (*own.names, *own.usernames, own.account, *own.addresses)), str(identity))
