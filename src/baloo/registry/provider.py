"""The registry of a running process: read again when a file changes, and the last good one kept while the new one is wrong."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from baloo.errors import RegistryError
from baloo.registry.model import Registry

__all__ = ["RegistryProvider"]

_LOOK_AGAIN = 1.0  # seconds between two looks at the files


class RegistryProvider:
    """Call it for the registry in force; cheap, and safe from many threads.

    `trouble` is what is wrong with the files now, None where they are in order. Raises RegistryError only where no good registry
    was ever read.
    """

    def __init__(self, folder: Path, load: Callable[[Path], Registry]) -> None:
        self._folder = folder
        self._load = load
        self._lock = threading.Lock()
        self._registry: Registry | None = None
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._looked = 0.0
        self.trouble: RegistryError | None = None

    def __call__(self) -> Registry:
        """The registry in force."""
        now = time.monotonic()
        registry = self._registry
        if registry is not None and now - self._looked < _LOOK_AGAIN:
            return registry
        with self._lock:
            seen = self._files()
            self._looked = now
            if self._registry is not None and seen == self._seen:
                return self._registry
            self._seen = seen
            try:
                registry = self._load(self._folder)
            except RegistryError as error:
                self.trouble = error
                if self._registry is None:
                    raise
                return self._registry
            self._registry, self.trouble = registry, None
            return registry

    def _files(self) -> tuple[tuple[str, int, int], ...]:
        found = []
        for file in sorted(self._folder.rglob("*")):
            if file.suffix in {".yaml", ".yml", ".csv"}:
                with suppress(OSError):  # an editor replaces files; the next look sees them
                    known = file.stat()
                    found.append((str(file), known.st_mtime_ns, known.st_size))
        return tuple(found)
