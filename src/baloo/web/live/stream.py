"""Server-sent events: each watcher looks twice a second, takes the newest, and is told where that was not all."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

import msgspec

from baloo.web.live.gallery import Gallery, Shown, Wanted

__all__ = ["Watchers"]

_PAUSE = 0.5  # seconds between two looks
_PHASES = 16
_AT_ONCE = 12  # events in one look: more than that nobody reads
_BREATH = 15.0  # seconds of silence after which a comment keeps the connection from being taken for dead


class Watchers:
    """All who watch now: at most `most`, each served from the same ring. When `leaving` says so their streams end."""

    def __init__(self, gallery: Gallery, most: int, leaving: Callable[[], bool] = lambda: False) -> None:
        self._gallery = gallery
        self._most = most
        self._leaving = leaving
        self.count = 0

    @property
    def full(self) -> bool:
        """Whether no other one is let in."""
        return self.count >= self._most

    async def stream(
        self, wanted: Callable[[], Wanted | None], written: Callable[[Shown], object], after: int,
    ) -> AsyncIterator[bytes]:
        """The events above the number `after`, oldest first, as messages `seen` whose data is what `written` makes of each.

        A message `crowded` says that more came than is shown. `wanted` is asked at each look that finds something: a token may
        have ended, and with None the stream ends. Whoever reads slowly is sent less, not later.
        """
        self.count += 1
        last, silent = min(after, self._gallery.last), 0.0
        try:
            yield b"retry: 2000\n\n"
            await asyncio.sleep(_PAUSE * (self.count % _PHASES) / _PHASES)  # not all look at the same moment
            while not self._leaving():
                if self._gallery.last > last:
                    asked = wanted()
                    if asked is None:
                        return
                    look = self._gallery.look(asked, _AT_ONCE, last or -1, fresh=False)
                    last, silent = look.last, 0.0
                    parts = [_message("crowded", last, None)] if look.crowded else []
                    parts += [_message("seen", last, written(shown)) for shown in reversed(look.shown)]
                    yield b"".join(parts) or b": nothing for you\n\n"
                elif silent >= _BREATH:
                    silent = 0.0
                    yield b": still here\n\n"
                await asyncio.sleep(_PAUSE)
                silent += _PAUSE
        finally:
            self.count -= 1


def _message(event: str, last: int, data: object) -> bytes:
    return b"event: %s\nid: %d\ndata: %s\n\n" % (event.encode(), last, msgspec.json.encode(data))
