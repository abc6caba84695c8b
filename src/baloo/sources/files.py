"""Files of events: NDJSON, or a JSON array, plain or gzipped."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, cast

import msgspec

from baloo.errors import InputError
from baloo.sources.base import CHUNK_EVENTS, Chunk

__all__ = ["EventsSource", "key_of"]

_BLOCK = 160 * 1024  # about CHUNK_EVENTS events of a few hundred bytes


class EventsSource:
    """The events of one file, one line each, or one array."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.key = f"events:{key_of(file)}"
        self.title = file.name

    def chunks(self, done: int) -> Iterator[Chunk]:
        """Chunks of whole lines; `done` counts lines."""
        size = max(self._file.stat().st_size, 1)
        with self._file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw) if packed else raw)
            raw.seek(0)
            head = _first_letter(stream)
            stream.seek(0)
            if head == b"[":
                yield from self._array(stream, done)
                return
            line = 0
            for block in self._blocks(stream):
                lines = block.count(b"\n") + (not block.endswith(b"\n"))
                first, line = line, line + lines
                if line <= done:
                    continue
                if first < done:
                    block = block.split(b"\n", done - first)[-1]  # noqa: PLW2901 - its first lines are behind an earlier run
                    first = done
                yield Chunk(block, line, f"{self._file}:{first + 1}", first + 1, raw.tell() / size)

    def notes(self) -> list[str]:
        """Nothing to say: each line is an event."""
        return []

    def finished(self) -> None:
        """A file is read whole each time; there is no cursor."""

    def _blocks(self, stream: IO[bytes]) -> Iterator[bytes]:
        """Blocks of whole lines. What stands before a damaged place is given before the error is raised."""
        rest = b""
        lines = 0
        while True:
            try:
                block = stream.read(_BLOCK)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise InputError(
                    f"The gzip file is damaged or cut off: {error}.",
                    where=f"{self._file}:{lines + 1}",
                    remedy="The lines before were taken in. Fetch the file again and import it once more: nothing counts twice.",
                ) from error
            if not block:
                break
            end = block.rfind(b"\n") + 1
            if not end:
                rest += block
                continue
            whole, rest = rest + block[:end], block[end:]
            lines += whole.count(b"\n")
            yield whole
        if rest.strip():
            yield rest

    def _array(self, stream: IO[bytes], done: int) -> Iterator[Chunk]:
        try:
            events = msgspec.json.decode(stream.read(), type=list[msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError, EOFError, zlib.error) as error:
            raise InputError(f"This is not a JSON array: {error}.", where=str(self._file)) from error
        for first in range(done, len(events), CHUNK_EVENTS):
            part = [bytes(event) for event in events[first : first + CHUNK_EVENTS]]
            last = first + len(part)
            yield Chunk(b"[" + b",".join(part) + b"]", last, f"{self._file}, element {first}", first + 1, last / len(events))


def key_of(file: Path) -> str:
    """What tells this very content of a file from another: path, size, time of change and a hash of its beginning.

    Raises InputError where the file is missing or cannot be read.
    """
    try:
        with file.open("rb") as stream:
            head = hashlib.sha256(stream.read(1 << 16)).hexdigest()[:16]
        known = file.stat()
    except FileNotFoundError as error:
        raise InputError("There is no such file.", where=str(file)) from error
    except OSError as error:
        raise InputError(f"It cannot be read: {error.strerror}.", where=str(file)) from error
    return f"{file.resolve()}:{known.st_size}:{known.st_mtime_ns}:{head}"


def _first_letter(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(256).lstrip()[:1]
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return b""
