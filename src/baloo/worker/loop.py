"""The worker's loop: orders first, then the queue, then the counts, then a pause."""

from __future__ import annotations

import threading
import time

from baloo.errors import BalooError, StorageFull, is_full
from baloo.worker.control import Orders
from baloo.worker.work import Work, log

__all__ = ["run"]

_AFTER_TROUBLE = 2.0  # seconds before the next try after a full disk


def run(work: Work, orders: Orders, *, stop: threading.Event, closed: threading.Event, refreshing: bool) -> None:
    """Work until `stop` or `closed`. A full disk is waited out; anything else that fails ends the loop."""
    settings = work.parts.workspace.settings
    pause = settings["load_pause_ms"] / 1000
    due = 0.0
    while not (stop.is_set() or closed.is_set()):
        orders.carry_out(work.carry_out)
        try:
            busy = work.load()
            if refreshing and time.monotonic() >= due:
                _refresh(work)
                due = time.monotonic() + settings["refresh_seconds"]
        except (OSError, BalooError) as error:
            if not (isinstance(error, StorageFull) or is_full(error)):
                raise
            log("disk full", remedy="Make room: loading goes on by itself, and nothing that was acknowledged is lost.")
            busy = False
            orders.arrived.wait(_AFTER_TROUBLE)
        if not busy:
            orders.arrived.wait(pause)


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
