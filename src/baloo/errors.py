"""Every error that a person can meet.

    BalooError
    ├── RegistryError      the registry cannot be read or is wrong; carries `problems`
    ├── WorkspaceError     the folder is missing, of a newer version, or not a workspace
    ├── Busy               another process holds what is asked for
    ├── InputError         a file or a body cannot be read at all
    ├── UnknownName        a name that nobody declared; carries `nearest`
    ├── Forbidden          the token does not allow this
    ├── StorageFull        no room on the disk; nothing was kept
    └── StorageBroken      a file of the workspace is damaged

An error says what happened, where, and what to do. It never carries a name or an address of a person.
"""

from __future__ import annotations

import difflib
import errno
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

__all__ = [
    "BalooError",
    "Busy",
    "ExitCode",
    "Forbidden",
    "InputError",
    "Problem",
    "RegistryError",
    "StorageBroken",
    "StorageFull",
    "UnknownName",
    "WorkspaceError",
    "in_words",
    "is_full",
    "nearest",
]


class ExitCode(IntEnum):
    """What the `baloo` command answers to the shell."""

    OK = 0
    FAILED = 1  # an unforeseen error: a bug
    USAGE = 2  # the words of the command are off
    PROBLEMS = 3  # `check` found errors, or every event of an import was refused
    INPUT = 4  # a file or name that was given cannot be used
    WORKSPACE = 5  # no workspace, or one of a newer version
    BUSY = 6  # another process holds the workspace
    STORAGE = 7  # the disk is full or a file is damaged
    INTERRUPTED = 130  # stopped by the user; what was done is kept


class BalooError(Exception):
    """Something that a person can put right.

    `slug` names the kind of error for programs, `where` is a file, line, key or JSON pointer, `remedy` says what to do.
    `public` is what everybody may read instead of the message, where that tells of accounts and machines.
    """

    slug = "error"
    exit_code = ExitCode.FAILED
    status = 500

    def __init__(
        self, message: str, *, where: str | None = None, remedy: str | None = None, public: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.public = public or message
        self.where = where
        self.remedy = remedy

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.message}" if self.where else self.message]
        if self.remedy:
            parts.append(self.remedy)
        return " ".join(parts)


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong in a file of the registry: `file:line: key: message (did you mean ...?)`."""

    file: str
    line: int
    key: str
    message: str
    severity: str = "error"  # or "warning"
    nearest: str | None = None
    slug: str = "invalid"

    def __str__(self) -> str:
        hint = f" Did you mean `{self.nearest}`?" if self.nearest else ""
        key = f" {self.key}:" if self.key else ""
        return f"{self.file}:{self.line}:{key} {self.severity}: {self.message}{hint}"


class RegistryError(BalooError):
    """The registry cannot be used; `problems` has each reason with its place."""

    slug = "registry"
    exit_code = ExitCode.PROBLEMS

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        more = f" (and {len(self.problems) - 1} more)" if len(self.problems) > 1 else ""
        super().__init__(f"{first.message}{more}", where=f"{first.file}:{first.line}", remedy="Run `baloo check`.")


class WorkspaceError(BalooError):
    """The folder is not a workspace that this version can use."""

    slug = "workspace"
    exit_code = ExitCode.WORKSPACE


class Busy(BalooError):
    """Another process holds the lock; the message says which."""

    slug = "busy"
    exit_code = ExitCode.BUSY
    status = 503


class InputError(BalooError):
    """What was given cannot be read."""

    slug = "input"
    exit_code = ExitCode.INPUT
    status = 400


class UnknownName(BalooError):
    """A name that nobody declared; `valid` lists some that are, `nearest` is the closest."""

    slug = "unknown-name"
    exit_code = ExitCode.INPUT
    status = 404

    def __init__(self, what: str, name: str, valid: Iterable[str]) -> None:
        self.valid = sorted(valid)
        self.nearest = nearest(name, self.valid)
        hint = f" Did you mean `{self.nearest}`?" if self.nearest else ""
        shown = ", ".join(self.valid[:12]) + (", …" if len(self.valid) > 12 else "")
        super().__init__(f"There is no {what} `{name}`.{hint}", remedy=f"Valid: {shown}." if shown else None)


class Forbidden(BalooError):
    """The sender may not do this."""

    slug = "forbidden"
    exit_code = ExitCode.INPUT
    status = 403


class StorageFull(BalooError):
    """No room left; what was sent was not kept and may be sent again."""

    slug = "storage-full"
    exit_code = ExitCode.STORAGE
    status = 507


class StorageBroken(BalooError):
    """A file of the workspace is not what it was when it was written."""

    slug = "storage-broken"
    exit_code = ExitCode.STORAGE


def nearest(name: str, valid: Iterable[str]) -> str | None:
    """The valid name closest to `name`, or None where none is close."""
    close = difflib.get_close_matches(name, list(valid), n=1, cutoff=0.6)
    return close[0] if close else None


def is_full(error: BaseException) -> bool:
    """Whether an operating-system or SQLite error says that the disk or quota is full."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    text = str(error).lower()
    return "disk is full" in text or "no space left" in text or "disk quota exceeded" in text


def in_words(error: BaseException) -> BalooError | None:
    """What an error of the system or of SQLite means for a person: no room, no leave, a bad disk or file; None for any other."""
    if isinstance(error, BalooError):
        return error
    if is_full(error):
        return StorageFull("There is no room left on the disk.", remedy="Make room and run this again: nothing is lost.")
    where, text = getattr(error, "filename", None), str(error).lower()
    if (isinstance(error, OSError) and error.errno == errno.EIO) or "disk i/o error" in text:
        return StorageBroken("Reading or writing failed.", where=str(where) if where else None, remedy="See the system's log.")
    if "database disk image is malformed" in text or "file is not a database" in text:
        return StorageBroken("The file is damaged.", remedy="Restore it from a backup.")
    closed = isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
    if not closed and "readonly database" not in text and "unable to open database file" not in text:
        return None
    return WorkspaceError(
        "This may not be written, or not be read.", where=str(where) if where else None,
        remedy="Run this as the owner of the workspace, on a disk that can be written.",
    )
