"""The invented history as a source, so that it takes the same way through the door as a real one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import islice

from baloo.demo.history import events
from baloo.sources.base import CHUNK_EVENTS, Chunk

__all__ = ["DemoSource"]

_PER_PERSON = 85  # events, about, for the bar


class DemoSource:
    """`people` people over `years` years up to `until`."""

    def __init__(self, people: int, years: int, until: dt.date, seed: int) -> None:
        self._arguments = (people, years, until, seed)
        self.key = f"demo:{people}:{years}:{until}:{seed}"
        self.title = "inventing a community"

    def chunks(self, done: int) -> Iterator[Chunk]:
        """Chunks of events; `done` counts events."""
        about = self._arguments[0] * _PER_PERSON
        lines = islice(events(*self._arguments), done, None)
        while block := list(islice(lines, CHUNK_EVENTS)):
            first, done = done + 1, done + len(block)
            yield Chunk(b"".join(block), done, f"{self.title}, event {first}", first, min(1.0, done / about))

    def notes(self) -> list[str]:
        """Nothing to say."""
        return []

    def finished(self) -> None:
        """There is no cursor."""
