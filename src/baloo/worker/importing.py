"""An import: a source's chunks through the door into the queue, while a worker loads them into the lake.

Where a server runs, its worker loads; else one is started for as long as the import takes.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from baloo.errors import BalooError, Busy, ExitCode, InputError
from baloo.ingest.accept import Door
from baloo.ingest.refusals import remedy_for
from baloo.logs import log
from baloo.queue.base import Queue, Request, encode
from baloo.sources.base import Chunk, Fault, Source
from baloo.sources.journal import Journal
from baloo.watch.heard import backfill
from baloo.worker.control import RemoteError, ask
from baloo.workspace import Workspace

__all__ = ["Report", "run_import"]

_PAUSE = 0.002  # seconds between two commits to the queue, so that a door beside it keeps its pace
_NOTE_EVERY = 1.0  # seconds between two notes of how far an input has come
_PATIENCE = 600.0  # seconds to wait for the server's worker to load the last chunk


@dataclass(slots=True)
class Report:
    """What became of the events of an import."""

    read: int = 0
    accepted: int = 0
    refused: int = 0
    duplicates: int = 0
    revised: int = 0
    resumed: int = 0  # units of the input that an earlier, interrupted run had behind it
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)  # (pointer, reason) of refusals
    examples: dict[tuple[str, str], str] = field(default_factory=dict)  # where the first of each stands
    remedies: dict[tuple[str, str], str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    dry: bool = False


class Importer:
    """Sends sources through the door, one after the other."""

    def __init__(
        self,
        workspace: Workspace,
        door: Door,
        queue: Queue | None,
        *,
        namespace: str,
        say: Callable[[Source, float, int], None],
    ) -> None:
        self._door = door
        self._queue = queue
        self._journal = Journal(workspace.root / "data" / "imports")
        self._namespace = namespace
        self._say = say
        self.via = f"import {uuid.uuid4().hex[:12]}"
        self.report = Report(dry=queue is None)
        self.last_seq = 0
        self._brought: set[str] = set()  # systems of which the present source brought something that counts

    def send(self, source: Source) -> None:
        """Send what of a source no earlier run has sent. Raises InputError where it cannot be read to its end."""
        report = self.report
        self._brought.clear()
        done = self._behind(source)
        report.resumed += done
        noted = time.monotonic()
        try:
            for chunk in source.chunks(done):
                self._one(chunk)
                done = chunk.done
                self._say(source, chunk.share, report.read)
                if not report.dry and time.monotonic() - noted > _NOTE_EVERY:
                    self._journal.write(source.key, {"done": done})
                    noted = time.monotonic()
        except KeyboardInterrupt:
            if not report.dry:
                self._journal.write(source.key, {"done": done})
            raise
        finally:
            report.notes.extend(source.notes())
        if not report.dry:
            self._journal.forget(source.key)
            for system in self._brought:
                self._journal.write(backfill(system), {"finished": dt.datetime.now(dt.UTC).isoformat(timespec="seconds")})
            source.finished()

    def _behind(self, source: Source) -> int:
        note = self._journal.read(source.key).get("done", 0)
        return note if isinstance(note, int) and not self.report.dry else 0

    def _one(self, chunk: Chunk) -> None:
        report = self.report
        try:
            verdict = self._door.accept(chunk.body, namespace=self._namespace, sender=None, via=self.via)
        except InputError as error:
            error.where = f"{chunk.where}, {error.where}" if error.where else chunk.where
            raise
        request = _explained(verdict.request, chunk.faults) if chunk.faults else verdict.request
        report.read += verdict.accepted + verdict.refused
        report.refused += verdict.refused
        report.accepted += verdict.accepted
        self._brought |= {event.system for event in request.events if event.environment == "production"}
        for refusal in request.refusals:
            key = (refusal.pointer, refusal.reason)
            report.reasons[key] += 1
            fault = chunk.faults.get(refusal.index)
            report.examples.setdefault(key, fault.where if fault else f"{chunk.where}, event {refusal.index + 1} from there")
            report.remedies.setdefault(key, remedy_for(refusal.slug))
        if self._queue is not None:
            self.last_seq = self._queue.append([encode(request)])[-1]
            time.sleep(_PAUSE)


def _explained(request: Request, faults: Mapping[int, Fault]) -> Request:
    """The request with the source's own reasons where it knows better why an event was refused."""
    known = [(refusal, faults.get(refusal.index)) for refusal in request.refusals]
    return replace(request, refusals=[
        replace(refusal, slug=fault.slug, reason=fault.reason) if fault and fault.pointer == refusal.pointer else refusal
        for refusal, fault in known
    ])


def run_import(
    workspace: Workspace, door: Door, queue: Queue | None, sources: list[Source], *, namespace: str,
    say: Callable[[Source, float, int], None],
) -> Report:  # fmt: skip
    """Import the sources and wait until what they brought is in the lake; without a queue, judge them and keep nothing.

    Raises InputError, after all sources were tried, where one of them could not be read to its end.
    """
    begun = time.monotonic()
    importer = Importer(workspace, door, queue, namespace=namespace, say=say)
    trouble: list[InputError] = []
    with _loading(workspace, importer):
        for source in sources:
            try:
                importer.send(source)
            except InputError as error:
                trouble.append(error)
    report = importer.report
    report.seconds = time.monotonic() - begun
    report.accepted -= report.duplicates
    if trouble:
        report.notes.extend(str(error) for error in trouble[1:])
        raise _with_report(trouble[0], report)
    return report


def _with_report(error: InputError, report: Report) -> InputError:
    error.report = report  # type: ignore[attr-defined] # the command line shows what was done before
    return error


@contextlib.contextmanager
def _loading(workspace: Workspace, importer: Importer) -> Iterator[None]:
    """Have a worker beside the import; afterwards, put into the report what it found out."""
    if importer.report.dry:
        yield
        return
    if workspace.held("serve"):
        yield
        _wait_for_server(workspace, importer)
        return
    command = [sys.executable, "-m", "baloo.worker", "drain", str(workspace.root)]
    with _alone(workspace), subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        try:
            yield
        finally:
            out, _ = worker.communicate()
    if worker.returncode or not out:  # a worker that is told to stop says nothing of what it has loaded
        error = BalooError(
            "The events are safe in the queue, but loading them stopped.", where=str(workspace.queue),
            remedy="The line above says why. Put it right and run `baloo refresh`.",
        )  # fmt: skip
        with contextlib.suppress(ValueError):  # a signal is no exit code of ours
            error.exit_code = ExitCode(worker.returncode or ExitCode.INTERRUPTED)
        raise error
    _note(importer, json.loads(out))


@contextlib.contextmanager
def _alone(workspace: Workspace) -> Iterator[None]:
    """Import while nobody else does, nor holds the lake: the worker of another import would take along what it found of ours.

    Raises Busy where that takes too long.
    """
    give_up, told = time.monotonic() + _PATIENCE, False
    with contextlib.ExitStack() as stack:
        while True:
            try:
                stack.enter_context(workspace.lock("import", "baloo import"))
                break
            except Busy:
                if time.monotonic() > give_up:
                    raise
                if not told:
                    log("Another import is at work here: this one begins when that is done.")
                told = True
                time.sleep(0.1)
        while workspace.held("lake") and time.monotonic() < give_up:  # a refresh
            time.sleep(0.1)
        yield


def _wait_for_server(workspace: Workspace, importer: Importer) -> None:
    """Wait until the server's worker, which may die and come again, has loaded everything."""
    give_up = time.monotonic() + _PATIENCE
    while time.monotonic() < give_up and workspace.held("serve"):
        totals = _totals(workspace)
        if totals is not None and totals["through"] >= importer.last_seq:
            _note(importer, totals)
            return
        time.sleep(0.1)
    importer.report.notes.append(
        "The server has not loaded everything yet: what waits in the queue comes in when it does, or by `baloo refresh`. "
        "Its duplicates are not in this report.")


def _totals(workspace: Workspace) -> dict[str, Any] | None:
    """What the worker has loaded so far; None where none is there now."""
    try:
        return ask(workspace, {"do": "totals"})
    except (RemoteError, ConnectionError):  # it stopped meanwhile
        return None


def _note(importer: Importer, totals: dict[str, object]) -> None:
    imports = totals.get("by_via", {})
    mine = imports.get(importer.via, {}) if isinstance(imports, dict) else {}
    report = importer.report
    report.duplicates += int(mine.get("duplicates", 0))
    report.revised += int(mine.get("revised", 0))
    suppressed = int(mine.get("suppressed", 0))
    if suppressed:
        report.accepted -= suppressed
        report.notes.append(f"{suppressed:,} left out: of people who opted out, or were erased.")
    late = int(mine.get("refused", 0)) - report.refused
    if late > 0:
        report.refused += late
        report.accepted -= late
        key = ("", "The document belongs to another system.")
        report.reasons[key] += late
        report.remedies[key] = remedy_for("not-yours")
