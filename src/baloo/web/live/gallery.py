"""What a watcher is shown of the ring: what they ask for, newest first, within bounds that no flood of events widens."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from baloo.web.live.ring import Kept, Ring
from baloo.web.live.sight import Sight, sights

__all__ = ["Gallery", "Look", "Shown", "Wanted"]

_EXAMINED = 200  # events at most, in one look
_STALE = 0.3  # seconds for which a look serves others


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a watcher asks for, and by what they show that events are theirs: `tag`, or `mine`, the system of their token."""

    system: str | None = None
    schema: str | None = None
    verdict: str | None = None  # accepted or refused
    tag: str | None = None
    mine: str | None = None

    def fits(self, sight: Sight) -> bool:
        """Whether they asked for this event."""
        return (
            (self.system is None or sight.system == self.system)
            and (self.schema is None or sight.schema == self.schema)
            and (self.verdict is None or sight.accepted == (self.verdict == "accepted"))
        )

    def opens(self, kept: Kept) -> bool:
        """Whether a request is theirs: sent with their debug tag, or with a token of their system."""
        by_tag = self.tag is not None and kept.tag == self.tag
        return by_tag or (self.mine is not None and kept.verdict.sender == self.mine)


class Shown(NamedTuple):
    """One event, and its request where the watcher may see it whole."""

    sight: Sight
    kept: Kept | None = None


class Look(NamedTuple):
    """What one look found, newest first. `last` is where the next one begins; `crowded`: there was more than is shown."""

    shown: list[Shown]
    last: int
    crowded: bool


class _Window(NamedTuple):
    """The newest requests with their events, newest first; `whole` where nothing older is kept."""

    requests: list[tuple[Kept, list[Sight]]]
    last: int
    whole: bool
    made: float


class Gallery:
    """Looks into a ring. `past` is what came before this process, newest first."""

    def __init__(self, ring: Ring, past: Sequence[Sight] = ()) -> None:
        self._ring = ring
        self._past = tuple(past)
        self._windows: dict[bool, _Window] = {}

    @property
    def last(self) -> int:
        """The number of the newest request."""
        return self._ring.last

    def forget(self) -> None:
        """Forget every request, in the ring and in what looks have found: somebody opted out, or was erased."""
        self._ring.forget()
        self._windows.clear()

    def look(self, wanted: Wanted, most: int, after: int = 0, *, fresh: bool = True) -> Look:
        """Up to `most` events above the number `after`; the past too where that is 0.

        With `fresh` False those who look within the same third of a second see the same, and only the first pays for it.
        """
        window = self._window(wanted, fresh=fresh)
        found: list[Shown] = []
        for kept, known in window.requests:
            if kept.number <= after or len(found) > most:
                break
            request = kept if wanted.opens(kept) else None
            found += [Shown(sight, request) for sight in known if wanted.fits(sight)]
        cut = not window.whole and window.requests[-1][0].number > after + 1
        if not after and wanted.tag is None:
            found += [Shown(sight) for sight in self._past if wanted.fits(sight)]
        return Look(found[:most], max(after, window.last), crowded=len(found) > most or cut)

    def _window(self, wanted: Wanted, *, fresh: bool) -> _Window:
        refused = wanted.verdict == "refused"
        if wanted.tag is not None:  # few ask for one, and few requests have it
            return self._made(refused=refused, tag=wanted.tag)
        known = self._windows.get(refused)
        if known is None or (known.last != self._ring.last and (fresh or time.monotonic() - known.made > _STALE)):
            known = self._windows[refused] = self._made(refused=refused)
        return known

    def _made(self, *, refused: bool, tag: str | None = None) -> _Window:
        found: list[tuple[Kept, list[Sight]]] = []
        examined, last = 0, self._ring.last
        for kept in self._ring.newest(tag=tag, refused=refused):
            if examined >= _EXAMINED:
                return _Window(found, last, whole=False, made=time.monotonic())
            found.append((kept, sights(kept)))
            examined += len(found[-1][1])
        return _Window(found, last, whole=True, made=time.monotonic())
