"""Mailbox files (mbox): the headers of each message. What people wrote is passed over as it streams by."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path
from typing import IO, Any, cast

from baloo.errors import InputError
from baloo.sources.recipe import Record

__all__ = ["messages", "parse"]

# A line of a text may begin with `From ` too; one that begins a message tells a time, and stands behind an empty line.
_BEGIN = re.compile(rb"From .*\b[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} +\d{1,2}:\d{2}(?::\d{2})?(?: [A-Z]{2,5}| [+-]\d{4})? \d{4}")
_HEADER = re.compile(rb"[!-9;-~]+:|[ \t]")  # what is neither is passed over: a parser would take it for the end of them
_LONGEST = 1 << 16  # bytes of a line, and of the headers of a message that are looked at
_WANTED = ("from", "date", "message-id", "in-reply-to", "references", "subject", "list-id", "reply-to", "x-original-from")


def parse(file: Path) -> Iterator[Record]:
    """The messages of a mailbox, plain or gzipped. Raises InputError for what is none, or damaged behind what was given."""
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
            raw.seek(0)
            stream = cast("IO[bytes]", gzip.GzipFile(fileobj=raw)) if packed else raw
            none = True
            for message in messages(stream):
                none = False
                yield message
            if none and file.stat().st_size:
                raise InputError("This is no mailbox.", where=str(file), remedy="Each message of one begins with a line `From`.")
    except FileNotFoundError as error:
        raise InputError("There is no such file.", where=str(file)) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        remedy = "What stands before was taken in. Fetch it again."
        raise InputError("The gzip file is damaged.", where=str(file), remedy=remedy) from error


def messages(stream: IO[bytes]) -> Iterator[Record]:
    """The headers of each message by their names in small letters, and as `unixfrom` the line that begins it."""
    head: list[bytes] | None = None  # of the message that is being read; None in its text
    size, empty = 0, True
    for line in iter(lambda: stream.readline(_LONGEST), b""):
        if empty and _BEGIN.match(line):
            if head:
                yield _headers(head)
            head, size = [line], 0
        elif head is not None and not line.strip():
            yield _headers(head)
            head = None
        elif head is not None and size < _LONGEST and _HEADER.match(line):
            head.append(line)
            size += len(line)
        empty = not line.strip()
    if head:
        yield _headers(head)


def _headers(lines: list[bytes]) -> Record:
    """What was wanted of them, whatever their encoding; of names that stand there twice the first."""
    parsed: Any = HeaderParser().parsestr("".join(_text(line) for line in lines[1:]))
    found = {name: str(parsed[name]) for name in _WANTED if parsed[name] is not None}
    return found | {"unixfrom": _text(lines[0]).strip()}


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")
