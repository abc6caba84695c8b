"""Perceval asked in a process of its own: any of its backends, whose JSON lines are read as it writes them.

Perceval is under the GPL and is never imported: it is a program on the PATH, `perceval BACKEND ... --json-line`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO

import msgspec

from baloo.errors import InputError
from baloo.sources.base import OVERLAP, Chunk
from baloo.sources.journal import Journal
from baloo.sources.perceval import enveloped
from baloo.sources.secret import secret

__all__ = ["PercevalRun"]

_AT_ONCE = 100  # items; some have whole issues in them
_PATIENCE = 10.0  # seconds for which it may take leave
_TAIL = 1 << 14  # bytes of what it says of itself, of which the end tells why it broke off
_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_FAULT = re.compile(r"- Error!: *(.*)")  # it catches what goes wrong, says so, and ends with 0
_PERSON = re.compile(r"[^\s:/@<>'\"]+@[^\s/@<>'\"]+")
_UNKNOWN = "unrecognized arguments: --from-date"


class _Item(msgspec.Struct):
    updated_on: float = 0.0


_read = msgspec.json.Decoder(_Item).decode


class PercevalRun:
    """The items of a run of Perceval with these arguments, the backend first, from the last item of the whole run before on.

    `${NAME}` in an argument is what the environment variable holds, or the file that NAME_FILE names. `names` are mappings for
    backends whose mapping is not called like them. Without a journal nothing is noted; `since` begins at that day, whatever is
    known, `first` where nothing is; else it begins so long before the last item as `overlap` says.
    """

    def __init__(
        self, arguments: Sequence[str], names: Mapping[str, str], journal: Journal | None, *, since: str | None = None,
        first: str | None = None, environment: Mapping[str, str] = os.environ, overlap: dt.timedelta = OVERLAP,
    ) -> None:  # fmt: skip
        if not arguments or arguments[0].startswith("-"):
            raise InputError("Nothing says what Perceval is to ask.", remedy="Name a backend of it first, such as `git`.")
        self._secrets = {f"${{{name}}}": secret(name, "Perceval's arguments", environment)
                         for argument in arguments for name in _VARIABLE.findall(argument)}
        self._arguments = [_VARIABLE.sub(lambda found: self._secrets[found[0]], argument) for argument in arguments]
        self._names, self._journal, self._path = names, journal, environment.get("PATH", os.defpath)
        self.key = f"perceval run:{hashlib.sha256(repr((list(arguments), sorted(names.items()))).encode()).hexdigest()[:24]}"
        self._place = f"cursor of {self.key}"
        known = journal.read(self._place).get("since") if journal else None
        self._since = since or (f"{dt.datetime.fromisoformat(str(known)) - overlap}" if known else None) or first
        self.title = f"perceval {arguments[0]}"

    def chunks(self, done: int) -> Iterator[Chunk]:
        """Chunks of items in their envelopes; `done` counts items, of which the journal's time knows better.

        Where the run breaks off, the next one begins where the one before it did: not every backend goes by time.
        """
        last, begun = 0.0, dt.datetime.now(dt.UTC).timestamp()
        with tempfile.TemporaryFile() as said:
            since = ["--from-date", self._since] if self._since else []
            process = self._begin(since, said)
            try:
                assert process.stdout is not None  # noqa: S101 - it is a pipe
                while lines := list(islice(process.stdout, _AT_ONCE)):
                    items = [line.strip() for line in lines if not line.isspace()]
                    last = max([last, *map(_updated, items)])
                    body = b"\n".join(enveloped(item, self._names) for item in items)
                    yield Chunk(body, done + len(items), f"{self.title}, item {done + 1}", done + 1)
                    done += len(items)
                code = process.wait()
                if since and code == 2 and _UNKNOWN in _told(said):  # a backend that knows no time to begin at
                    self._since = None
                    yield from self.chunks(done)
                    return
                self._check(code, _told(said))
            finally:
                _end(process)
        if self._journal is not None and last:  # an item may be of a time to come
            moment = dt.datetime.fromtimestamp(min(last, begun), dt.UTC)
            self._journal.write(self._place, {"since": f"{moment:%Y-%m-%d %H:%M:%S}"})

    def _begin(self, since: Sequence[str], said: IO[bytes]) -> subprocess.Popen[bytes]:
        here = str(Path(sys.executable).parent)
        program = shutil.which("perceval", path=f"{self._path}{os.pathsep}{here}")
        if program is None:
            remedy = "Install it, best in an environment of its own (`pipx install perceval`), so that `perceval` is on the PATH."
            raise InputError("Perceval is not here.", where=self.title, remedy=remedy)
        command = [program, *self._arguments, "--json-line", *since]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=said)

    def _check(self, code: int, text: str) -> None:
        """Raises InputError where it did not come to its end, with what it said last, but no secret and no person's address."""
        faults = _FAULT.findall(text)
        if code == 0 and not faults:
            return
        told = (faults or [line for line in text.splitlines() if line.strip()] or [""])[-1].strip()[:300]
        for variable, held in self._secrets.items():
            told = told.replace(held, variable)
        ended = f"Perceval was ended by signal {-code}" if code < 0 else f"Perceval ended with {code}"
        remedy = "What it fetched is kept; put it right and run this again: it goes on from the last run that was whole."
        raise InputError(f"{ended}: {_PERSON.sub('...', told).rstrip('.')}.", where=self.title, remedy=remedy)

    def notes(self) -> list[str]:
        """Nothing to say: each item is one."""
        return []

    def finished(self) -> None:
        """The time of the last item is noted when Perceval has come to its end."""


def _updated(item: bytes) -> float:
    """When an item changed, in seconds since 1970; 0 for what is none."""
    try:
        return _read(item).updated_on
    except (msgspec.DecodeError, RecursionError):
        return 0.0


def _told(said: IO[bytes]) -> str:
    """The end of what it said of itself."""
    said.seek(max(0, said.seek(0, os.SEEK_END) - _TAIL))
    return said.read().decode("utf-8", "replace")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a run that nobody reads any more."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
    with process:  # closes the pipe, and waits
        pass
