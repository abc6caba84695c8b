"""How rows stand in a file of the queue: a head, then frames, each with the rows of one append and a sum over them.

    head    32 bytes: magic, the seq of the first row, salt, sum
    frame   32 bytes: magic, how many rows, the seq of the first, bytes of the content, sum of the content, sum of these
            content: the length of each row (4 bytes), then the rows
            1 to 32 bytes 0xFF, up to a multiple of 32

All numbers are little-endian, all sums CRC-32. Behind the last frame the file ends, or there are zeros, room for the next.
Whatever is read is judged: a file ends well, or it is *torn* (its last append was cut off by a crash, and nobody was told that it
is durable), or it is *damaged*. What was never written reads as zeros, and a head never lies across two sectors of a disk: a
frame that has no zeros for a sector or at its end, and is wrong, was whole once and has changed since.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

from baloo.errors import WorkspaceError

__all__ = [
    "HEAD", "Damaged", "Frame", "Read", "Torn", "content_of", "encode", "file_head", "first_of", "frame_at", "goes_on",
    "rows_of",
]

Read: TypeAlias = Callable[[int, int], bytes]
"""So many bytes of a file from a place on, or what there is."""

HEAD = 32
"""Bytes of the head of a file, and of a frame."""
_SECTOR = 512
_FILE_MAGIC, _MAGIC = b"baloo.q1", b"rows"
_FILE = struct.Struct("<8sQ4s8xI")
_FRAME = struct.Struct("<4sIQIII4x")
_SUMMED = _FILE.size - 4  # bytes of a file's head that its sum covers
_ZEROS = bytes(_SECTOR)
_PAD = b"\xff" * HEAD


class Torn(Exception):
    """The rest of the file is what a crash left of an append; the file is whole up to there."""


class Damaged(Exception):
    """What stands here was written otherwise."""


class Frame(NamedTuple):
    """What the head of a frame says."""

    first: int  # seq of its first row
    rows: int  # how many
    start: int  # of its content in the file
    size: int  # bytes of its content
    sum: int  # of its content

    @property
    def next(self) -> int:
        """The seq after its last row."""
        return self.first + self.rows

    @property
    def end(self) -> int:
        """Where the next frame begins."""
        return self.start + self.size + HEAD - self.size % HEAD


def file_head(first: int, salt: bytes) -> bytes:
    """The head of a file whose first row has this seq. `salt`, 4 random bytes, keeps senders from forging a frame."""
    head = _FILE.pack(_FILE_MAGIC, first, salt, 0)[:_SUMMED]
    return head + zlib.crc32(head).to_bytes(4, "little")


def first_of(head: bytes) -> tuple[int, bytes]:
    """The first seq of a file and its salt. Raises Torn where the file was never finished, Damaged, or WorkspaceError
    where a newer Baloo wrote it."""
    if len(head) < HEAD or not any(head):
        raise Torn
    magic, first, salt, said = _FILE.unpack(head)
    if zlib.crc32(head[:_SUMMED]) != said:
        raise Damaged
    if magic != _FILE_MAGIC:
        raise WorkspaceError("The queue was written by a newer Baloo.", remedy="Install a newer Baloo.")
    return first, salt


def encode(first: int, rows: Sequence[bytes], salt: bytes) -> bytes:
    """A frame with these rows."""
    lengths = [*map(len, rows)]
    content = [struct.pack(f"<{len(rows)}I", *lengths), *rows]
    size, total = 4 * len(rows) + sum(lengths), 0
    for part in content:  # joined once, with its head: rows may be large
        total = zlib.crc32(part, total)
    head = struct.pack("<4sIQII", _MAGIC, len(rows), first, size, total)
    return b"".join([head, zlib.crc32(head + salt).to_bytes(4, "little"), bytes(4), *content, _PAD[size % HEAD :]])


def frame_at(read: Read, at: int, first: int, salt: bytes) -> Frame | None:
    """The frame whose head stands at a place of a file; None where the file ends, or there is room only.

    `first` is the seq that its first row must have. Its content is not looked at. Raises Damaged.
    """
    head = read(HEAD, at)
    if len(head) < HEAD or not any(head):
        return None
    if not _is_head(head, salt):
        raise Damaged
    _, count, said, size, total, _ = _FRAME.unpack(head)
    if said != first:
        raise Damaged
    return Frame(said, count, at + HEAD, size, total)


def content_of(read: Read, frame: Frame) -> bytes:
    """The content of a frame. Raises Torn, where it is the last of its file and not whole, or Damaged."""
    content = read(frame.size, frame.start)
    if zlib.crc32(content) == frame.sum and len(content) == frame.size:
        return content
    if not any(read(HEAD, frame.end)) and (read(1, frame.end - 1) in (b"", b"\0") or _has_hole(content, frame.start)):
        raise Torn
    raise Damaged


def goes_on(rest: bytes, salt: bytes) -> bool:
    """Whether a frame stands anywhere in what is behind a file's end: then that is none."""
    place = rest.find(_MAGIC)
    while place >= 0:
        if _is_head(rest[place : place + HEAD], salt):
            return True
        place = rest.find(_MAGIC, place + 1)
    return False


def rows_of(content: bytes, count: int) -> list[bytes]:
    """The rows of the content of a frame."""
    at, rows = 4 * count, []
    for length in struct.unpack_from(f"<{count}I", content):
        rows.append(content[at : at + length])
        at += length
    return rows


def _is_head(head: bytes, salt: bytes) -> bool:
    if len(head) < HEAD or head[:4] != _MAGIC:
        return False
    return zlib.crc32(head[:24] + salt).to_bytes(4, "little") == head[24:28]


def _has_hole(content: bytes, start: int) -> bool:
    """Whether a whole sector of a content that begins at `start` was never written."""
    places = range(-start % _SECTOR, len(content) - _SECTOR + 1, _SECTOR)
    return any(content[place : place + _SECTOR] == _ZEROS for place in places)
