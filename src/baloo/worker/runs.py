"""A run of a source that is noted: by a person's command, or by the schedule in a process of its own."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from baloo.clock import Clock, clock_from_environment
from baloo.errors import BalooError, in_words
from baloo.ingest.accept import Door
from baloo.logs import log
from baloo.queue.log import LogQueue
from baloo.records import Records
from baloo.records import runs as rows
from baloo.registry import load
from baloo.registry.provider import RegistryProvider
from baloo.sources.journal import Journal
from baloo.worker.importing import Report, run_import
from baloo.worker.schedule import carrying_out
from baloo.worker.search import end_with_stdin
from baloo.workspace import Workspace

__all__ = ["fetch", "noted"]

_LOW = 10  # steps of niceness


def noted(workspace: Workspace, clock: Clock, system: str, source: str, asked: str, do: Callable[[], Report]) -> Report:
    """Do what a run does, and note how it ended."""
    records = Records.open(workspace.records)
    try:
        run = rows.begin(records, system, source, asked, _micros(clock))
        try:
            with carrying_out(workspace, run):
                report = do()
        except BaseException as error:
            known = in_words(error)
            why = _why(known) if known else "" if isinstance(error, KeyboardInterrupt) else f"It broke ({type(error).__name__})."
            done = getattr(error, "report", None) or Report()
            rows.end(records, run, "failed" if why else "stopped", _micros(clock), _counts(done), why)
            raise
        rows.end(records, run, "done", _micros(clock), _counts(report))
        return report
    finally:
        records.close()


def fetch(workspace: Workspace, system: str) -> None:
    """Read a system by its source, for the schedule: beside the server, behind everything else."""
    from baloo.worker.reading import scheduled  # noqa: PLC0415 - whoever imports files asks nobody over HTTP

    os.nice(_LOW)
    threading.Thread(target=end_with_stdin, daemon=True).start()
    clock = clock_from_environment()
    registry = load(workspace.registry)
    feed = registry.systems[system].source
    if feed is None:  # it was taken out of the registry meanwhile
        return
    source = feed.name

    def do() -> Report:
        sources = scheduled(registry, workspace.registry, registry.systems[system], Journal(workspace.root / "data" / "imports"))
        door = Door(RegistryProvider(workspace.registry, load), clock, workspace.settings)
        queue = LogQueue(workspace.queue)
        try:
            return run_import(
                workspace, door, queue, sources, namespace=_namespace(workspace), say=lambda *_: None)
        finally:
            queue.close()

    try:
        report = noted(workspace, clock, system, source, "schedule", do)
    except BalooError as error:  # it stands in the runs, and the next one tries again
        log("source failed", system=system, source=source, slug=error.slug, message=error.message, where=_where(error))
        return
    log("source read", system=system, source=source, **_counts(report), seconds=round(report.seconds, 3))


def _why(error: BalooError) -> str:
    """What stopped a run, as everybody reads it on the page of runs."""
    return " ".join(filter(None, (f"{where}:" if (where := _where(error)) else "", error.public, error.remedy)))


def _where(error: BalooError) -> str:
    """The server or the file alone: the rest of an address may name somebody, and a path tells of this machine."""
    parts = urlsplit(error.where or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else Path(error.where or "").name


def _namespace(workspace: Workspace) -> str:
    """`baloo`, as an import by hand takes it, or the first that the workspace has."""
    names: list[str] = workspace.settings["namespaces"]
    return "baloo" if "baloo" in names or not names else names[0].replace("*", "baloo")


def _counts(report: Report) -> dict[str, int]:
    return {name: int(getattr(report, name)) for name in ("read", "accepted", "revised", "duplicates", "refused")}


def _micros(clock: Clock) -> int:
    return int(clock.now().timestamp() * 1_000_000)
