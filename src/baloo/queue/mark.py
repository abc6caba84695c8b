"""How far the rows of a queue are forgotten: sixteen bytes in a file, seen by every process at once."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

__all__ = ["Mark"]

_FORM = struct.Struct("<QI4x")


class Mark:
    """The seq up to which rows are forgotten, in the file `path`, made where it is absent."""

    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.fstat(self._handle).st_size < _FORM.size:
            self.write(0)

    def read(self) -> int | None:
        """The seq; None where the file is damaged."""
        data = os.pread(self._handle, _FORM.size, 0)
        if len(data) < _FORM.size:
            return None
        seq, said = _FORM.unpack(data)
        return int(seq) if zlib.crc32(data[:8]) == said else None

    def write(self, seq: int) -> None:
        """Set it. Durable after `sync`; until then a power cut may bring the one before, which forgets less."""
        data = seq.to_bytes(8, "little")
        os.pwrite(self._handle, _FORM.pack(seq, zlib.crc32(data)), 0)

    def sync(self) -> None:
        """Make it durable."""
        os.fdatasync(self._handle)

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._handle)
