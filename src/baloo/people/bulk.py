"""Work on all identities at once."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

from baloo.people.names import read_address, read_name

__all__ = ["in_bulk"]


@contextlib.contextmanager
def in_bulk() -> Iterator[None]:
    """Do not look for garbage in cycles meanwhile: none is made, and to look takes a third of the time.

    What is remembered of names is forgotten at the end: it lies among all that was made, and would hold ten times as much.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        read_name.cache_clear()
        read_address.cache_clear()
        if collects:
            gc.enable()
