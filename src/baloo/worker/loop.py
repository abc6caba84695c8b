"""The worker's loop: orders first, then the queue, then the counts, then who is who, then a pause."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from baloo.errors import BalooError, RegistryError, StorageFull, in_words
from baloo.logs import log
from baloo.worker.control import Orders
from baloo.worker.work import MANY, Work

__all__ = ["run"]

_AFTER_TROUBLE = 2.0  # seconds before the next try where something stands in the way
_WAITED_OUT = (StorageFull, RegistryError)
_NAP = 0.05  # seconds between two looks, while it rests, whether much has come
_LONGEST = 3.0  # seconds between two loads, whatever they cost


def run(work: Work, orders: Orders, *, stop: threading.Event, closed: threading.Event, refreshing: bool) -> None:
    """Work until `stop` or `closed`. A full disk and a broken registry are waited out; anything else that fails ends the loop."""
    settings = work.parts.workspace.settings
    pause = settings["load_pause_ms"] / 1000
    rounds = _Rounds(settings["refresh_seconds"])
    news = False
    while not (stop.is_set() or closed.is_set()):
        orders.carry_out(work.carry_out)
        begun = time.monotonic()
        loaded = 0
        try:
            loaded = work.load()
            news = news or loaded > 0
            rest = min(max(pause, 2 * (time.monotonic() - begun)), _LONGEST)  # a trickle costs a third of a core at the most
            if refreshing and not loaded:
                work.parts.loader.get_ready()
            if refreshing and rounds.due(news=news) and not work.search.writes():
                begun = time.monotonic()
                counted = _refresh(work)
                rounds.went(time.monotonic() - begun, counted=counted)
                news = False
            if refreshing:
                work.schedule.tend()
            if refreshing and work.search.tend(busy=news or loaded > 0):
                news = True
            if work.reporter.trouble("loading", None):
                log("loading goes on")
        except Exception as error:
            known = in_words(error)
            if not isinstance(known, _WAITED_OUT):
                raise
            if work.reporter.trouble("loading", known):
                remedy = f"{known.remedy or ''} Loading goes on by itself, and nothing that was acknowledged is lost.".strip()
                log("loading stands still", slug=known.slug, message=known.message, where=known.where, remedy=remedy)
            rest = _AFTER_TROUBLE
        if loaded < MANY:
            _rest(rest, lambda: orders.arrived.wait(max(pause, _NAP)) or work.pressed())


def _rest(seconds: float, disturbed: Callable[[], bool]) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until and not disturbed():
        pass


class _Rounds:
    """When to count: at once where something came after a rest, else as often as `least` seconds and what it costs allow."""

    def __init__(self, least: float) -> None:
        self._least = least
        self._next = self._look = 0.0

    def due(self, *, news: bool) -> bool:
        """Whether it is time; without news there is only to be looked whether people or the registry have changed."""
        return time.monotonic() >= (self._next if news else self._look)

    def went(self, seconds: float, *, counted: bool) -> None:
        """A round took so long; one that counted nothing does not hold up the next."""
        self._look = time.monotonic() + max(self._least, 2 * seconds)
        self._next = self._look if counted else 0.0


def _refresh(work: Work) -> bool:
    """Whether something was counted, or could not be."""
    try:
        done = work.refresh(loading=True)
    except BalooError as error:
        if isinstance(error, StorageFull):
            raise
        if work.reporter.trouble("counting", error):
            log("refresh refused", slug=error.slug, message=error.message, where=error.where)
        return True
    work.reporter.trouble("counting", None)
    if done.mode != "nothing":
        log("refreshed", mode=done.mode, seconds=round(done.seconds, 3), version=done.version)
    work.compact()
    work.tidy()
    return done.mode != "nothing"
