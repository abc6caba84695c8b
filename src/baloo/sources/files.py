"""Files of events: NDJSON, a JSON array, or one event over several lines; plain or gzipped."""

from __future__ import annotations

import codecs
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

_BLOCK = 640 * 1024  # about CHUNK_EVENTS events of a few hundred bytes
_EVENT = 1 << 20  # a text that is longer is not one event
_GZIP = 31  # zlib's window bits for the gzip format
_BOM = codecs.BOM_UTF8


class EventsSource:
    """The events of one file: one a line, an array, or a single one."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.key = f"events:{key_of(file)}"
        self.title = file.name

    def chunks(self, done: int) -> Iterator[Chunk]:
        """Chunks of whole lines; `done` counts lines. One value over several lines is given as it is.

        A gzip file is read once before, so that nothing is taken from one that is damaged in the middle.
        """
        size = max(self._file.stat().st_size, 1)
        with self._file.open("rb") as raw:
            head = self._head(raw)
            stream = _unpacked(raw)
            if head[:1] == b"[" or _goes_over_lines(head):
                yield from self._whole(stream, done)
                return
            line = 0
            for block in self._blocks(stream):
                lines = block.count(b"\n") + (not block.endswith(b"\n"))
                first, line = line, line + lines
                if line <= done or block.isspace():
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
        """Blocks of whole lines. Of a file that is cut off, those before are given before the error is raised."""
        rest = b""
        lines = 0
        cut: EOFError | None = None
        while cut is None:
            block, cut = _block(stream)
            if not block and cut is None:
                break
            end = block.rfind(b"\n") + 1
            if not end:
                rest += block
                continue
            whole, rest = rest + block[:end], block[end:]
            lines += whole.count(b"\n")
            yield whole
        if cut is not None:
            remedy = "The lines before were taken in. Fetch the file again and import it once more: nothing counts twice."
            raise _cut_off(f"{self._file}:{lines + 1}", remedy) from cut
        if rest.strip():
            yield rest

    def _whole(self, stream: IO[bytes], done: int) -> Iterator[Chunk]:
        """The elements of an array, `done` of which are behind; what is no array goes to the door as it is, which says why."""
        try:
            text = stream.read().removeprefix(_BOM)
        except EOFError as error:
            raise _cut_off(f"{self._file}", "Nothing of it was taken in. Fetch the file again.") from error
        try:
            events = msgspec.json.decode(text, type=list[msgspec.Raw])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            if not done:
                yield Chunk(text, 1, str(self._file), 1, 1.0)
            return
        for first in range(done, len(events), CHUNK_EVENTS):
            part = [bytes(event) for event in events[first : first + CHUNK_EVENTS]]
            last = first + len(part)
            yield Chunk(b"[" + b",".join(part) + b"]", last, f"{self._file}, element {first}", first + 1, last / len(events))

    def _head(self, raw: IO[bytes]) -> bytes:
        """The beginning, unpacked, as long as one event may be. Raises InputError where the gzip file is damaged further on."""
        stream = _unpacked(raw)
        head = b""
        damaged = InputError(
            "The gzip file is damaged.", where=str(self._file), remedy="Nothing of it was taken in. Fetch the file again.")
        try:
            while len(head) < _EVENT and (part := stream.read(_BLOCK)):
                head += part
            while stream is not raw and stream.read(_EVENT):
                pass
        except EOFError as error:  # cut off: what stands before is good, and whoever reads it comes to the end
            if _has_its_end(raw):
                raise damaged from error
        except (zlib.error, gzip.BadGzipFile) as error:
            raise damaged from error
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise InputError("This is UTF-16.", where=str(self._file), remedy="Save it as UTF-8.")
        return head.removeprefix(_BOM).lstrip()


def _block(stream: IO[bytes]) -> tuple[bytes, EOFError | None]:
    """The next block, nothing at the end; of a stream that is cut off what stands before, and the error."""
    parts: list[bytes] = []
    size = 0
    try:
        while size < _BLOCK and (part := stream.read1(_BLOCK - size)):  # type: ignore[attr-defined] # both have it
            parts.append(part)
            size += len(part)
    except EOFError as error:
        return b"".join(parts), error
    return b"".join(parts), None


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


def _unpacked(raw: IO[bytes]) -> IO[bytes]:
    """A stream from the beginning of a file, unpacked where it is gzip."""
    raw.seek(0)
    packed = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    return cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if packed else raw


def _has_its_end(raw: IO[bytes]) -> bool:
    """Whether a gzip file that ends too early ends as a whole one does, with about the length that was unpacked: it is no cut."""
    raw.seek(0)
    member, unpacked, block = zlib.decompressobj(_GZIP), 0, b""
    while part := raw.read(_BLOCK):
        unpacked += len(member.decompress(part))
        while member.eof and member.unused_data:
            part, member = member.unused_data, zlib.decompressobj(_GZIP)
            unpacked = len(member.decompress(part))
        block = block[-4:] + part[-4:]
    return abs(int.from_bytes(block[-4:], "little") - unpacked) <= unpacked // 8 + _EVENT // 64


def _goes_over_lines(head: bytes) -> bool:
    """Whether a text that is no longer than one event may be is one value, and its first line is not."""
    return len(head) < _EVENT and b"\n" in head.rstrip() and not _is_json(head[: head.index(b"\n")]) and _is_json(head)


def _is_json(text: bytes) -> bool:
    try:
        msgspec.json.decode(text, type=msgspec.Raw)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def _cut_off(where: str, remedy: str) -> InputError:
    return InputError("The gzip file is cut off.", where=where, remedy=remedy)
