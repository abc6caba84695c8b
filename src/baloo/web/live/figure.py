"""The last hour as a figure, and what is on the live page as tables."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from typing import TypeAlias

from baloo.charts import hour as picture_of
from baloo.web.figures.figure import Figure
from baloo.web.live.gallery import Shown, Wanted
from baloo.web.live.hour import Hour, Minute
from baloo.web.scene import Scene
from baloo.web.tables import Cell, Column, Table
from baloo.web.words import Words

__all__ = ["Hours", "events_table"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_STALE = 3.0  # seconds for which a figure is shown
_MOST = 100  # figures
_Key: TypeAlias = "tuple[str | None, str | None, str | None]"
_FACTS = (
    "received", "verdict", "environment", "system", "kind", "schema", "version", "type", "pointer", "reason", "remedy",
)  # fmt: skip


class Hours:
    """The figure of the last hour, for who asks for some of it."""

    def __init__(self, hour: Hour) -> None:
        self._hour = hour
        self._made: dict[_Key, tuple[float, Figure]] = {}

    def figure(self, scene: Scene, wanted: Wanted) -> Figure:
        """The hour that ends now, or did a moment ago: who comes by meanwhile sees the same."""
        key = (wanted.system, wanted.schema, wanted.verdict)
        since, known = self._made.get(key, (-_STALE, None))
        if known is None or time.monotonic() - since >= _STALE:
            if len(self._made) >= _MOST:
                self._made.clear()
            known = self._figure(scene, wanted)
            self._made[key] = (time.monotonic(), known)
        return known

    def _figure(self, scene: Scene, wanted: Wanted) -> Figure:
        words = scene.words
        minutes = self._hour.minutes(wanted)
        accepted, refused = sum(minute.accepted for minute in minutes), sum(minute.refused for minute in minutes)
        since = max(self._hour.since, minutes[0].start)
        whole = since == minutes[0].start
        span = words("live-span-hour") if whole else words("live-span-since", time=_time(since))
        found = accepted or refused
        title = words("live-hour", accepted=accepted, refused=refused, span=span) if found else words("live-hour-none", span=span)
        bars = [(minute.accepted, minute.refused) for minute in minutes]
        times = (_time(minutes[0].start), _time(minutes[30].start), words("live-now"))
        return Figure(
            slug="live", title=title, text=words("live-hour-text", days=scene.settings["quarantine_days"]),
            label=words("live-hour-label"), subject=words("live-hour-subject"), table=_table(words, minutes),
            start=scene.today, end=scene.today, picture=picture_of(bars, times) if found else None,
        )

    def table(self, words: Words, wanted: Wanted) -> Table:
        """The numbers of the figure."""
        return _table(words, self._hour.minutes(wanted))


def _table(words: Words, minutes: Sequence[Minute]) -> Table:
    return Table(
        words("live-hour-label"),
        (Column("minute", words("live-minute")), Column("accepted", words("live-accepted"), number=True),
         Column("refused", words("live-refused"), number=True)),
        tuple((
            Cell(_time(minute.start), (_EPOCH + dt.timedelta(minutes=minute.start)).strftime("%Y-%m-%dT%H:%MZ")),
            Cell(words.number(minute.accepted), minute.accepted), Cell(words.number(minute.refused), minute.refused),
        ) for minute in minutes),
    )  # fmt: skip


def events_table(shown: Sequence[Shown]) -> Table:
    """Events as everybody may see them."""
    facts = [one.sight.facts() for one in shown]
    rows = tuple(tuple(Cell(str(said.get(name, "")), said.get(name)) for name in _FACTS) for said in facts)
    return Table("", tuple(Column(name, name) for name in _FACTS), rows)


def _time(minute: int) -> str:
    return (_EPOCH + dt.timedelta(minutes=minute)).strftime("%H:%M")
