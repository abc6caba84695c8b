"""What a source of one system is made of: a folder with this recipe, its mapping, and a system file to begin with.

A folder `sources/NAME/` has `__init__.py` with `RECIPE`, `mapping.yaml` (protocol `source`; see docs/reference/mappings.md) and
`system.yaml`. The entry point `NAME = "package.NAME:RECIPE"` of the group `baloo.sources` makes it known, ours and anybody's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

from baloo.errors import InputError
from baloo.sources.api import Api
from baloo.sources.base import OVERLAP, Source

__all__ = ["Cursor", "Page", "Recipe", "Record", "as_it_is", "behind", "by_number", "by_time", "in_turn", "newest_first", "pick"]

Record: TypeAlias = "dict[str, Any]"
"""One thing that the mapping reads: what stands in it is what pointers lead to."""
Cursor: TypeAlias = "dict[str, Any]"
"""Where a walk goes on: JSON without anything of a person. `since` is the time (ISO 8601) from which on nothing is known yet."""


class Page(NamedTuple):
    """Answers of the system, and where the walk goes on when what is in them is durable."""

    answers: list[Any]
    cursor: Cursor


def as_it_is(answer: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401, ARG001 - any JSON value; addresses are for others
    """The records of an answer that is one, or a list of them."""
    yield from answer if isinstance(answer, list) else [answer]


@dataclass(frozen=True, slots=True)
class Recipe:
    """How one kind of system is read."""

    title: str
    walk: Callable[[Api, Cursor], Iterator[Page]] | None = None
    """Asks the live system; None where there is nothing to ask. A page without answers may move the cursor."""
    unfold: Callable[[Any, Sequence[str]], Iterable[Record]] = as_it_is
    """The records of one answer, of the live system or of a file; the texts are the system's addresses, mostly one."""
    parse: Callable[[Path], Iterator[Any]] | None = None
    """The answers of a dump that is no JSON; without it a file has JSON, one answer a line, a list of them, or one."""
    header: str = "Authorization: Bearer "
    """The header that carries a key of the system, up to the key; or, with `=` behind it, the field of forms that does."""
    per_second: float = 2.0
    """Requests a second, where nobody says otherwise."""
    overlap: dt.timedelta = OVERLAP
    """How late the system may show a change, where nobody says otherwise: a run begins so long before the last one's end."""
    asked_at: Callable[[str], str] = str
    """The address of the API, of the one that people know the system by."""
    folder: Callable[..., Source] | None = None
    """The source of a folder, such as a repository; by its path, and `mapping`, `addresses` and `journal`."""


def pick(given: Mapping[str, Any] | None, names: str) -> Record:
    """Some parts of an object: what the mapping needs, and not the texts that people wrote."""
    return {name: given[name] for name in names.split() if name in given} if given else {}


def by_time(at: Cursor, ask: Callable[[str | None, int], list[Any]], stamp: Callable[[Any], str], size: int) -> Iterator[Page]:
    """Walk things in the order of their last change, oldest first, `size` at once.

    `ask(since, page)` gives those changed at `since` or later; what changes meanwhile comes again. Only where more of one moment
    than a page holds are there does it come to a second page; a run that ends there begins with the first again, for they may
    have moved up.
    """
    since, page, before = at.get("since"), 1, list[Any]()
    while True:
        found = _other(ask(since, page), before)
        last = _latest(map(stamp, found), since)
        if last == since:
            page, before = page + 1, found
        else:
            since, page, before = last, 1, []
        yield Page(found, {"since": since})
        if len(found) < size:
            return


def newest_first(
    at: Cursor, ask: Callable[[str | None, int], tuple[list[Any], bool]], stamp: Callable[[Any], str],
    whole: Callable[[Any], list[Any]] = lambda one: [one],
) -> Iterator[Page]:  # fmt: skip
    """Walk things whose list begins with the one changed last, down to what the run before this one began with.

    `ask(since, page)` gives a page, from 0, and whether there are more; `whole(one)` gives the answers about one thing.
    What changes meanwhile moves to the front, and is the next run's.
    """
    since, high, page = at.get("since"), at.get("high"), max(0, at.get("page", 0) - 1)  # a page may have moved up meanwhile
    found, more = list[Any](), True
    while True:
        before = found
        found, more = ask(since, page)
        found = _other(found, before)
        high = _latest(map(stamp, found), high) if page == 0 or high is None else high
        for one in found:
            if since is None or stamp(one) >= since:
                yield Page(whole(one), {"since": since, "high": high, "page": page})
        if not more or not found or (since is not None and stamp(found[-1]) < since):  # pinned ones are old, and stand first
            yield Page([], {"since": high or since})
            return
        page += 1
        yield Page([], {"since": since, "high": high, "page": page})


def by_number(
    at: Cursor, ask: Callable[[int], tuple[list[Any], bool]], number: Callable[[Any], int],
    whole: Callable[[Any], list[Any]] = lambda one: [one],
) -> Iterator[Page]:  # fmt: skip
    """Walk all pages of a list, in whatever order, for the things whose number is above those of the last whole walk.

    `ask(page)` gives a page, from 1, and whether there are more; `whole(one)` gives the answers about one thing.
    """
    above, high, page = at.get("above", 0), at.get("high", 0), max(1, at.get("page", 1) - 1)  # a page may have moved up meanwhile
    found = list[Any]()
    while True:
        before = found
        found, more = ask(page)
        found = _other(found, before)
        high = max([high, *map(number, found)])
        for one in found:
            if number(one) > above:
                yield Page(whole(one), {"above": above, "high": high, "page": page})
        if not more:
            yield Page([], {"above": max(above, high)})
            return
        page += 1
        yield Page([], {"above": above, "high": high, "page": page})


def behind(
    at: Cursor, newest: Callable[[], str | None], ask: Callable[[str | None, str, int, str | None], list[Any] | None], size: int
) -> Iterator[Page]:
    """Walk the commits that a branch has, and had not when the last whole walk began: a merge brings commits of any age.

    `newest()` is the commit at its tip; None where it has none. `ask(seen, tip, page, since)` gives a page, from 1, of those that
    are behind `tip` and not behind `seen`; without `seen` of all since a time; None where `seen` is gone, for the branch was
    written anew.
    """
    since, seen, page = at.get("since"), at.get("seen"), at.get("page", 1)
    tip = at.get("tip") or newest()
    if tip is None:
        yield Page([], at)
        return
    while seen != tip:
        found = ask(seen, tip, page, since)
        if found is None:
            seen, page = None, 1
            continue
        page, more = page + 1, len(found) == size
        seen = seen if more else tip
        yield Page(found, {"since": since, "seen": seen} | ({"tip": tip, "page": page} if more else {}))
    yield Page([], {"since": since, "seen": tip})


def _latest(stamps: Iterable[str], known: str | None) -> str | None:
    """The latest of these times and the one that is known; not what lies ahead, which would hide all that comes before it."""
    ahead = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).isoformat()
    return max([stamp for stamp in stamps if stamp < ahead] + ([known] if known else []), default=None)


def _other(found: list[Any], before: list[Any]) -> list[Any]:
    """A page that is not the one before. Raises InputError."""
    if found and found == before:
        remedy = "Look whether it is well, and which version it is."
        raise InputError("The system gives one page again and again.", remedy=remedy)
    return found


def in_turn(at: Cursor, walks: Mapping[str, Callable[[Cursor], Iterator[Page]]]) -> Iterator[Page]:
    """Several walks, one after the other, each with a cursor of its own."""
    done: dict[str, Cursor] = dict(at.get("of", {}))
    since = at.get("since")
    for name, walk in walks.items():
        for page in walk(done.get(name) or {"since": since}):
            done = done | {name: page.cursor}
            yield Page(page.answers, {"since": since, "of": done})
