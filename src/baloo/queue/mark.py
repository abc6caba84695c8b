"""A few whole numbers of a queue, in a file of some bytes: seen by every process at once."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

__all__ = ["Mark"]


class Mark:
    """`count` whole numbers in the file `path`, which is made where it is absent; they are 0 at first."""

    def __init__(self, path: Path, count: int = 1) -> None:
        self._numbers = struct.Struct(f"<{count}Q")
        self._size = self._numbers.size + 8  # a sum and blanks follow
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(self._handle).st_size < self._size:
            self.write(*[0] * count)

    def read(self) -> tuple[int, ...] | None:
        """The numbers; None where the file is damaged, or half of it is being written."""
        data = os.pread(self._handle, self._size, 0)
        numbers, said = data[:-8], data[-8:-4]
        return self._numbers.unpack(numbers) if len(data) == self._size and _sum(numbers) == said else None

    def write(self, *numbers: int) -> None:
        """Set them. Durable after `sync`; until then a power cut may bring the ones before."""
        data = self._numbers.pack(*numbers)
        os.pwrite(self._handle, data + _sum(data) + bytes(4), 0)

    def sync(self) -> None:
        """Make them durable."""
        os.fdatasync(self._handle)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)


def _sum(data: bytes) -> bytes:
    return zlib.crc32(data).to_bytes(4, "little")
