"""The workspace: one folder with a community's registry (YAML, in git) and its data.

baloo.toml                             settings and the version of the workspace
registry/{community.yaml,systems,areas,schemas,maps}
data/{queue,lake,records,derived}      what was received, what is known of people, what was counted
"""

from __future__ import annotations

import os
import re
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from baloo.errors import Busy, InputError, WorkspaceError, is_full
from baloo.settings import Settings, load_settings

try:
    import fcntl
except ImportError:  # Windows has no flock; the locks are advisory there
    fcntl = None  # type: ignore[assignment]

__all__ = ["WORKSPACE_VERSION", "Workspace", "fsync_path", "settling", "write_whole"]

WORKSPACE_VERSION = 1
_FOLDERS = (
    "registry/systems", "registry/areas", "registry/schemas", "registry/maps",
    "data/queue", "data/lake", "data/records", "data/derived",
)  # fmt: skip
_BIT = 0.05  # seconds between two syncs of a file that is being written
_TRIES, _NAP = 20, 0.005  # to lock, and seconds between two
_VERSION_LINE = re.compile(r"^workspace[ \t]*=.*\n?", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Workspace:
    """The paths and settings of one workspace. Make one with `Workspace.open` or `Workspace.init`."""

    root: Path
    settings: Settings

    @property
    def registry(self) -> Path:
        """The folder of the registry's YAML files."""
        return self.root / "registry"

    @property
    def queue(self) -> Path:
        """The folder of the log between the door and the lake."""
        return self.root / "data" / "queue"

    @property
    def lake(self) -> Path:
        """The folder of the Delta tables."""
        return self.root / "data" / "lake"

    @property
    def records(self) -> Path:
        """The SQLite file of people, tokens, quarantine and audit."""
        return self.root / "data" / "records" / "records.sqlite"

    @property
    def sent_today(self) -> Path:
        """The file of what each sender sent today, so that a restart does not begin its quota anew."""
        return self.records.with_name("sent-today.json")

    @property
    def derived(self) -> Path:
        """The folder of rollups and intervals, which can be thrown away and rebuilt."""
        return self.root / "data" / "derived"

    @property
    def control(self) -> Path:
        """The file that says on which socket the running worker takes orders."""
        return self.root / "data" / "worker.socket"

    @classmethod
    def open(cls, root: Path | str) -> Workspace:
        """Open an existing workspace; bring one of an older version up to this one (queue and records do so themselves).

        Raises WorkspaceError where `root` is no workspace or belongs to a newer Baloo.
        """
        root = Path(root).resolve()
        file = root / "baloo.toml"
        if not file.is_file():
            raise WorkspaceError(
                "There is no workspace here.",
                where=str(root),
                remedy="Make one with `baloo init DIR`, or name one with `-w DIR`.",
            )
        try:
            version = tomllib.loads(file.read_text("utf-8")).get("workspace", 0)
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise InputError(f"This is not TOML: {error}", where=str(file), remedy="Put it right, or restore it.") from error
        if not isinstance(version, int) or version > WORKSPACE_VERSION:
            raise WorkspaceError(
                f"This workspace is of version {version}; this Baloo knows up to {WORKSPACE_VERSION}.",
                where=str(file),
                remedy="Install a newer Baloo.",
            )
        if version < WORKSPACE_VERSION:
            _migrate(root)
        return cls(root, load_settings(file))

    @classmethod
    def init(cls, root: Path | str, *, settings: str = "") -> Workspace:
        """Make the folders and `baloo.toml` of a new workspace in an empty or absent folder.

        Raises WorkspaceError where `root` already has a workspace.
        """
        root = Path(root).resolve()
        if (root / "baloo.toml").exists():
            raise WorkspaceError("There is a workspace here already.", where=str(root), remedy="Choose another folder.")
        try:
            for folder in _FOLDERS:
                (root / folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            if is_full(error):
                raise
            remedy = "Name a folder that you may write."
            raise WorkspaceError(f"No folder can be made here: {error.strerror}.", where=str(root), remedy=remedy) from error
        head = "# Settings: see the reference page `settings`.\n"
        write_whole(root / "baloo.toml", f"{head}workspace = {WORKSPACE_VERSION}\n{settings}".encode())
        return cls.open(root)

    @contextmanager
    def lock(self, name: str, purpose: str) -> Iterator[None]:
        """Hold `data/<name>.lock` for as long as the block runs; the file says who holds it and what for.

        Raises Busy at once where another process holds it.
        """
        path = self.root / "data" / f"{name}.lock"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a+b", buffering=0) as file:
            if fcntl is not None:
                try:
                    _seize(file.fileno())
                except OSError as error:
                    if is_full(error):
                        raise
                    holder = path.read_text("utf-8", "replace").strip() or "another process"
                    raise Busy(f"{holder} holds this workspace.", where=str(path), remedy="Stop it, or wait for it.") from error
            file.truncate(0)
            with suppress(OSError):  # on a full disk the lock holds, and its holder has no name
                file.write(f"Process {os.getpid()} (`{purpose}`)".encode())
            try:
                yield
            finally:
                file.truncate(0)

    def held(self, name: str) -> bool:
        """Whether some process holds the lock `name` now. Whoever asks stands in nobody's way: not of others who ask either."""
        with suppress(FileNotFoundError), (self.root / "data" / f"{name}.lock").open("rb") as file:
            if fcntl is not None:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                except BlockingIOError:
                    return True
        return False


def _seize(handle: int) -> None:
    """Lock an open file; who merely asks about it, for less than a moment, is waited for. Raises BlockingIOError."""
    for again in range(_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if again == _TRIES - 1:
                raise
            time.sleep(_NAP)
        else:
            return


def _migrate(root: Path) -> None:
    """Give an older workspace the folders that it lacks, and the present version; its settings stay as they are."""
    for folder in _FOLDERS:
        (root / folder).mkdir(parents=True, exist_ok=True)
    file = root / "baloo.toml"
    settings = _VERSION_LINE.sub("", file.read_text("utf-8"), count=1)
    write_whole(file, f"workspace = {WORKSPACE_VERSION}\n{settings}".encode())


def fsync_path(path: Path) -> None:
    """Make what a file holds, or a folder's entries, durable: a new file is safe only when its folder has been synced too."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def settling(file: Path) -> Iterator[None]:
    """Make a file durable bit by bit while it is written: all at once would hold up the queue, which waits for the same disk.

    Raises OSError where that fails: the kernel tells each failure to the first who asks, and to nobody after.
    """
    written = threading.Event()
    failed: list[OSError] = []

    def settle() -> None:
        while not (written.wait(_BIT) or failed):
            try:
                fsync_path(file)
            except FileNotFoundError:  # not begun
                pass
            except OSError as error:
                failed.append(error)

    thread = threading.Thread(target=settle, name="settling", daemon=True)
    thread.start()
    try:
        yield
    finally:
        written.set()
        thread.join()
    if failed:
        raise failed[0]


def write_whole(file: Path, data: bytes) -> None:
    """Write a file whole or not at all, durably: temporary name, fsync, rename, fsync of the folder."""
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        temporary.replace(file)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    fsync_path(file.parent)
