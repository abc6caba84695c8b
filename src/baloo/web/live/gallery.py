"""What a watcher is shown of the ring: what they ask for, newest first, within bounds that no flood of events widens."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from baloo.web.live.ring import Kept, Ring
from baloo.web.live.sight import Sight, sights

__all__ = ["Gallery", "Look", "Shown", "Wanted"]

_EXAMINED = 400  # events at most, for one look
_KNOWN = 256  # requests whose sights are kept for the next watcher


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


class Gallery:
    """Looks into a ring. `past` is what came before this process, newest first."""

    def __init__(self, ring: Ring, past: Sequence[Sight] = ()) -> None:
        self._ring = ring
        self._past = tuple(past)
        self._known: OrderedDict[int, list[Sight]] = OrderedDict()

    @property
    def last(self) -> int:
        """The number of the newest request."""
        return self._ring.last

    def look(self, wanted: Wanted, most: int, after: int = 0) -> Look:
        """Up to `most` events above the number `after`; the past too where that is 0."""
        last, examined = self._ring.last, 0
        found: list[Shown] = []
        for kept in self._ring.newest(after, tag=wanted.tag, refused=wanted.verdict == "refused"):
            if len(found) >= most or examined >= _EXAMINED:
                return Look(found[:most], last, crowded=True)
            request = kept if wanted.opens(kept) else None
            known = self._sights(kept)
            examined += len(known)
            found += [Shown(sight, request) for sight in known if wanted.fits(sight)]
        if not after and wanted.tag is None:
            found += [Shown(sight) for sight in self._past if wanted.fits(sight)]
        return Look(found[:most], last, crowded=len(found) > most)

    def _sights(self, kept: Kept) -> list[Sight]:
        found = self._known.get(kept.number)
        if found is None:
            found = self._known[kept.number] = sights(kept)
            while len(self._known) > _KNOWN:
                self._known.popitem(last=False)
        return found
