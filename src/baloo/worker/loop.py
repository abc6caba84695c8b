"""The worker's loop: orders first, then the queue, then the counts, then a pause."""

from __future__ import annotations

import threading
import time

from baloo.errors import BalooError, StorageFull, in_words
from baloo.logs import log
from baloo.worker.control import Orders
from baloo.worker.work import Work

__all__ = ["run"]

_AFTER_TROUBLE = 2.0  # seconds before the next try after a full disk
_LONGEST = 3.0  # seconds between two loads, whatever they cost
_MANY = 10_000  # events in a batch behind which more are likely to wait


def run(work: Work, orders: Orders, *, stop: threading.Event, closed: threading.Event, refreshing: bool) -> None:
    """Work until `stop` or `closed`. A full disk is waited out; anything else that fails ends the loop."""
    settings = work.parts.workspace.settings
    pause = settings["load_pause_ms"] / 1000
    due = 0.0
    full = False
    while not (stop.is_set() or closed.is_set()):
        orders.carry_out(work.carry_out)
        begun = time.monotonic()
        loaded = 0
        try:
            loaded = work.load()
            rest = min(max(pause, 2 * (time.monotonic() - begun)), _LONGEST)  # a trickle costs a third of a core at the most
            if refreshing and time.monotonic() >= due:
                begun = time.monotonic()
                _refresh(work)
                due = time.monotonic() + max(settings["refresh_seconds"], 2 * (time.monotonic() - begun))
            if full:
                full = False
                log("room again")
        except Exception as error:
            if not isinstance(in_words(error), StorageFull):
                raise
            if not full:
                log("disk full", remedy="Make room: loading goes on by itself, and nothing that was acknowledged is lost.")
            full = True
            rest = _AFTER_TROUBLE
        if loaded < _MANY:
            orders.arrived.wait(rest)


def _refresh(work: Work) -> None:
    try:
        done = work.refresh()
    except BalooError as error:
        if isinstance(error, StorageFull):
            raise
        log("refresh refused", slug=error.slug, message=error.message, where=error.where)
        return
    if done.mode != "nothing":
        log("refreshed", mode=done.mode, seconds=round(done.seconds, 3), version=done.version)
        work.compact()
    work.tidy()
