"""How far an import came, so that it goes on when it is started again: one small file for each input in `data/imports`."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from baloo.workspace import write_whole

__all__ = ["Journal"]


class Journal:
    """Named notes of an import. They hold counts and commit ids, never anything of a person."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, key: str) -> dict[str, object]:
        """What was noted for this input; empty where nothing was."""
        file = self._file(key)
        if not file.exists():
            return {}
        found: dict[str, object] = msgspec.json.decode(file.read_bytes(), type=dict)
        return found

    def write(self, key: str, note: dict[str, object]) -> None:
        """Note how far this input has come, durably."""
        self._folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._file(key), msgspec.json.encode(note))

    def forget(self, key: str) -> None:
        """Start this input from its beginning next time."""
        self._file(key).unlink(missing_ok=True)

    def _file(self, key: str) -> Path:
        return self._folder / f"{hashlib.sha256(key.encode()).hexdigest()[:24]}.json"
