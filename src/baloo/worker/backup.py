"""Backup and restore: records, lake and the queue's sequence at one moment, and the registry beside them, in one tar file.

The worker takes note of that moment between two loads, and goes on: data files are never changed, so they are copied afterwards.
What waits in the queue then is loaded first. What was counted is left out: a restore counts anew.

Members: `baloo.toml`, `registry/`, `data/records/records.sqlite`, `data/lake/`, `data/imports/`, and last `backup.json` with the
sequence and the SHA-256 of each.
"""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

import msgspec
from pysqlite3 import dbapi2 as sqlite3

from baloo.access.sessions import Sessions
from baloo.clock import Clock
from baloo.errors import InputError, StorageBroken, WorkspaceError
from baloo.people.erase import revive
from baloo.people.marks import ERASED, OPTED_OUT, marks_in, suppress
from baloo.people.own import opt_out_again
from baloo.queue.log import LogQueue
from baloo.records import Records
from baloo.worker.parts import Parts
from baloo.worker.work import Work
from baloo.workspace import Workspace, fsync_path

__all__ = ["note", "pack", "restore"]

_TOLD = "backup.json"
_RECORDS = "data/records/records.sqlite"
_PARTS = ("baloo.toml", "registry", "data/imports")


class _Backup(msgspec.Struct):
    """What a backup says of itself."""

    format: int
    seq: int
    sums: dict[str, str]


def note(work: Work, aside: Path) -> dict[str, Any]:
    """Take note of a moment, as the holder of the lake: the records and the logs of the lake go into the folder `aside`.

    Returns the sequence, and the data files that belong to it, as paths in the workspace.
    """
    parts = work.parts
    work.load_waiting()
    seq = parts.lake.snapshot().seq
    with closing(sqlite3.connect(parts.workspace.records)) as now, closing(sqlite3.connect(aside / "records.sqlite")) as copy:
        now.backup(copy)
    files = []
    for log in (parts.lake.events, parts.lake.voids):
        shutil.copytree(log.folder / "_delta_log", aside / log.folder.name)
        files += [str((log.folder / file.path).relative_to(parts.workspace.root)) for file in log.files()]
    return {"seq": seq, "files": files}


def pack(workspace: Workspace, aside: Path, noted: dict[str, Any], file: Path) -> int:
    """Write what was noted, and the files that belong to it, as a backup that only its owner may read; its bytes.

    Raises StorageBroken where a data file is gone: an erasure came between, and the backup begins anew.
    """
    sums: dict[str, str] = {}
    temporary = file.with_name(f".{file.name}.tmp")
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w|", format=tarfile.PAX_FORMAT) as archive:
                for name, source in _members(workspace, aside, noted["files"]):
                    sums[name] = _add(archive, name, source)
                told = msgspec.json.encode(_Backup(1, noted["seq"], sums))
                archive.addfile(_entry(_TOLD, len(told)), io.BytesIO(told))
            os.fsync(out.fileno())
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
    fsync_path(file.parent)
    return file.stat().st_size


def restore(file: Path, target: Path, clock: Clock, *, tombstones: Iterable[bytes] = ()) -> dict[str, Any]:
    """Make the workspace `target` of a backup, where none stands, and count it; what it holds.

    Whoever a tombstone covers is erased from it first: those in the backup, those given, and those of a workspace that stands at
    `target`, which stays beside as `NAME.before`. The workspace is there whole, or not at all.
    Raises InputError where the file is no backup, StorageBroken where it is damaged.
    """
    target = target.resolve()
    made, before = target.with_name(f".{target.name}.restoring"), target.with_name(f"{target.name}.before")
    if before.exists() and not target.exists():
        before.replace(target)  # a restore was stopped between its last two steps: what stood here knows who was erased
    if before.exists():
        raise WorkspaceError("An older workspace stands in the way.", where=str(before), remedy="Move it away, or delete it.")
    with _replaced(target) as present, _cleared(made):
        gone, out = {*tombstones, *(present or {}).get(ERASED, ())}, (present or {}).get(OPTED_OUT, set())
        backup = _unpack(file, made)
        LogQueue.begin(made / "data" / "queue", backup.seq)
        done = _settle(Workspace.open(made), clock, gone, out)
        if present is not None:
            target.replace(before)
        elif target.exists():
            target.rmdir()
        made.replace(target)
        fsync_path(target.parent)
    return {"seq": backup.seq, **done}


def _settle(workspace: Workspace, clock: Clock, gone: set[bytes], out: set[bytes]) -> dict[str, Any]:
    """Lay the tombstones, let those who opted out be out, end all sessions, erase whoever came back, and count."""
    with workspace.lock("lake", "baloo restore"):
        parts = Parts(workspace, clock)
        try:
            with parts.records.engine.begin() as connection:
                suppress(connection, gone, ERASED, parts.now())
            opt_out_again(parts.records, out, now=parts.now())
            Sessions(parts.records).end_all("workspace restored", now=parts.now())
            back = revive(parts.records, now=parts.now())
            work = Work(parts)
            work.take_up()
            work.refresh(whole=True)
            rows = sum(file.rows for file in parts.lake.events.files())
        finally:
            parts.close()
    return {"events": rows, "erased_again": len(back)}


@contextmanager
def _cleared(folder: Path) -> Iterator[None]:
    """Nothing stands at `folder`, neither before nor after a failure."""
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _replaced(target: Path) -> Iterator[dict[str, set[bytes]] | None]:
    """What the workspace that stands at `target` knows of suppressed people, while nobody may use it; None where none stands."""
    if not target.exists() or not any(target.iterdir()):
        yield None
        return
    workspace = Workspace.open(target)
    with workspace.lock("serve", "baloo restore"), workspace.lock("lake", "baloo restore"):
        records = Records.open(workspace.records)
        try:
            known = {why: marks_in(records, why) for why in (ERASED, OPTED_OUT)}
        finally:
            records.close()
        yield known


def _members(workspace: Workspace, aside: Path, files: Iterable[str]) -> Iterator[tuple[str, Path]]:
    """The names in the archive, and where each stands now."""
    for part in _PARTS:
        root = workspace.root / part
        for source in [root] if root.is_file() else sorted(path for path in root.rglob("*") if path.is_file()):
            if ".git" not in source.parts:
                yield source.relative_to(workspace.root).as_posix(), source
    yield _RECORDS, aside / "records.sqlite"
    for log in sorted(path for path in aside.glob("*/*") if path.is_file()):
        yield f"data/lake/{log.parent.name}/_delta_log/{log.name}", log
    for name in files:
        yield name, workspace.root / name


def _add(archive: tarfile.TarFile, name: str, source: Path) -> str:
    """Add a file; its SHA-256."""
    try:
        with source.open("rb") as handle:
            digest = hashlib.file_digest(handle, "sha256").hexdigest()
            handle.seek(0)
            archive.addfile(_entry(name, source.stat().st_size), handle)
    except FileNotFoundError as error:
        raise StorageBroken("A file is gone: an erasure came between.", where=str(source), remedy="Back up again.") from error
    return digest


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _unpack(file: Path, folder: Path) -> _Backup:
    """Unpack a backup into a folder, durably, and hold each file against its sum."""
    folder.mkdir(parents=True, mode=0o700)
    found: dict[str, str] = {}
    told = b""
    try:
        for name, inner in _read(file):
            if name == _TOLD:
                told = inner.read()
            else:
                found[name] = _put(inner, folder, name)
    except FileNotFoundError as error:
        raise InputError("There is no such file.", where=str(file)) from error
    except (tarfile.TarError, EOFError) as error:
        raise _no_backup(file) from error
    if not told:
        raise _no_backup(file)
    backup = msgspec.json.decode(told, type=_Backup)
    if backup.format != 1:
        raise InputError("This backup was made by a newer Baloo.", where=str(file), remedy="Install a newer Baloo.")
    if found != backup.sums:
        raise StorageBroken("The backup is damaged: a file is not what was written.", where=str(file), remedy="Name another.")
    for home in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        fsync_path(home)
    return backup


def _read(file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The members of an archive, one after the other. Raises TarError where one is no file."""
    with tarfile.open(file, "r|") as archive:
        for entry in archive:
            inner = archive.extractfile(entry) if entry.isfile() else None
            if inner is None:
                raise tarfile.TarError("something else than a file")
            yield entry.name, inner


def _put(inner: IO[bytes], folder: Path, name: str) -> str:
    """Write a member of the archive to its place below a folder, durably; its SHA-256."""
    place = (folder / name).resolve()
    if not place.is_relative_to(folder):
        raise tarfile.TarError("a file outside")
    place.parent.mkdir(parents=True, exist_ok=True)
    with place.open("wb+") as out:
        shutil.copyfileobj(inner, out)
        out.flush()
        os.fsync(out.fileno())
        out.seek(0)
        return hashlib.file_digest(out, "sha256").hexdigest()


def _no_backup(file: Path) -> InputError:
    return InputError("This is not a backup, or it is cut off.", where=str(file), remedy="Name another one.")
