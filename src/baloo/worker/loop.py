"""The worker's loop: orders first, then the queue, then the counts, then who is who, then a pause."""

from __future__ import annotations

import threading
import time

from baloo.errors import BalooError, RegistryError, StorageFull, in_words
from baloo.logs import log
from baloo.worker.control import Orders
from baloo.worker.work import MANY, Work

__all__ = ["run"]

_AFTER_TROUBLE = 2.0  # seconds before the next try where something stands in the way
_WAITED_OUT = (StorageFull, RegistryError)
_LONGEST = 3.0  # seconds between two loads, whatever they cost


def run(work: Work, orders: Orders, *, stop: threading.Event, closed: threading.Event, refreshing: bool) -> None:
    """Work until `stop` or `closed`. A full disk and a broken registry are waited out; anything else that fails ends the loop."""
    settings = work.parts.workspace.settings
    pause = settings["load_pause_ms"] / 1000
    due = 0.0
    while not (stop.is_set() or closed.is_set()):
        orders.carry_out(work.carry_out)
        begun = time.monotonic()
        loaded = 0
        try:
            loaded = work.load()
            if refreshing and not loaded:
                work.parts.loader.get_ready()
            rest = min(max(pause, 2 * (time.monotonic() - begun)), _LONGEST)  # a trickle costs a third of a core at the most
            if refreshing and time.monotonic() >= due:
                begun = time.monotonic()
                _refresh(work)
                due = time.monotonic() + max(settings["refresh_seconds"], 2 * (time.monotonic() - begun))
                work.search.tend(busy=loaded > 0)
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
            orders.arrived.wait(rest)


def _refresh(work: Work) -> None:
    try:
        done = work.refresh()
    except BalooError as error:
        if isinstance(error, StorageFull):
            raise
        if work.reporter.trouble("counting", error):
            log("refresh refused", slug=error.slug, message=error.message, where=error.where)
        return
    work.reporter.trouble("counting", None)
    if done.mode != "nothing":
        log("refreshed", mode=done.mode, seconds=round(done.seconds, 3), version=done.version)
    work.compact()
    work.tidy()
