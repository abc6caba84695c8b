"""What came last before this process began: from the queue, the worker's report and the quarantine, without personal data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from baloo.errors import BalooError
from baloo.ingest.quarantine import Quarantine
from baloo.ingest.refusals import remedy_for
from baloo.ingest.verdict import Verdict
from baloo.queue.base import Queue, decode
from baloo.web.live.ring import Kept
from baloo.web.live.sight import Sight, sights
from baloo.worker.report import Report

__all__ = ["remembered"]

_MOST = 50


def remembered(queue: Queue, report: Report | None, quarantine: Quarantine) -> list[Sight]:
    """The last events that the workspace knows of, newest first. What cannot be read is left out: the page opens all the same."""
    found: list[Sight] = []
    for remember in (lambda: _queued(queue), lambda: _loaded(report), lambda: _refused(quarantine)):
        with suppress(BalooError):
            found += _some(remember)
    return sorted(found, key=lambda sight: -sight.received)[:_MOST]


def _some(remember: Callable[[], Iterator[Sight]]) -> list[Sight]:
    return list(remember())


def _queued(queue: Queue) -> Iterator[Sight]:
    """What waits to be loaded."""
    last = queue.last()
    for seq, data in queue.read(max(0, last - _MOST), _MOST):
        yield from sights(Kept(-seq, Verdict(decode(data)), b"", None))


def _loaded(report: Report | None) -> Iterator[Sight]:
    """What is in the lake."""
    for n, event in enumerate(report.latest if report else ()):
        yield Sight(f"lake-{n}", event.received, True, event.system, event.kind, event.schema, event.version, event.environment)


def _refused(quarantine: Quarantine) -> Iterator[Sight]:
    """What is in quarantine."""
    for kept in quarantine.newest(_MOST):
        yield Sight(
            f"kept-{kept.id}", kept.received, False, kept.system, None, kept.schema, None,
            None if kept.authenticated else "staging", kept.slug, kept.pointer, kept.reason, remedy_for(kept.slug),
        )
