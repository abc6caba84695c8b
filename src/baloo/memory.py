"""Memory that a process gives back when it comes to rest: what was freed, and the code of libraries.

Most of a library's code is needed by the start alone, and counts as the process's memory all the same. The system keeps what it
has room for: code that is needed again comes back without the disk.
"""

from __future__ import annotations

import ctypes
import mmap
from contextlib import suppress
from pathlib import Path

__all__ = ["give_back"]


def give_back() -> None:
    """Give back what is not needed now: some milliseconds. Where the system has no such calls, nothing happens."""
    with suppress(AttributeError, OSError):
        system = ctypes.CDLL(None)
        system.malloc_trim(0)
        for start, size in _code(Path("/proc/self/maps").read_text()):
            system.madvise(ctypes.c_void_p(start), ctypes.c_size_t(size), mmap.MADV_DONTNEED)


def _code(maps: str) -> list[tuple[int, int]]:
    """Where the code of extension modules stands, and how long it is: nobody writes there, so that nothing is lost."""
    found = []
    for line in maps.splitlines():
        bounds, rights, *_, name = line.split(maxsplit=5)  # the last is a number where there is no file
        if rights == "r-xp" and name.endswith(".so"):
            start, end = (int(bound, 16) for bound in bounds.split("-"))
            found.append((start, end - start))
    return found
