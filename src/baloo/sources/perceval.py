"""Items of GrimoireLab's Perceval: JSON, one item a line as `perceval --json-line` writes them, or an array; plain or gzipped.

Each item is read by the registry's mapping of the protocol `perceval` that has the name of its backend (`Git`, `GitHub`,
`Discourse`, ...), or by a built-in one. The payload that the mapping sees is the item: `category`, `origin`, `updated_on`, `uuid`
and, in `data`, what the backend fetched. What is no item goes to the door as it is, which says why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path

import msgspec

from baloo.registry.envelope import wrap
from baloo.sources.base import Chunk
from baloo.sources.files import EventsSource

__all__ = ["PercevalSource", "enveloped"]


class _Item(msgspec.Struct):
    """What tells an item of Perceval from other JSON."""

    backend_name: str
    data: msgspec.Raw


_decode_item = msgspec.json.Decoder(_Item).decode
_decode_array = msgspec.json.Decoder(list[msgspec.Raw]).decode


class PercevalSource:
    """The items of one file; `names` are mappings for backends whose mapping is not called like them.

    `homeless` are backends whose mapping waits to be told of which system their items are.
    """

    def __init__(self, file: Path, names: Mapping[str, str] | None = None, homeless: AbstractSet[str] = frozenset()) -> None:
        self._events = EventsSource(file)
        self._names = names or {}
        self._homeless, self._met = homeless, set[str]()
        self.key = ":".join(["perceval", *self._names.values(), self._events.key])
        self.title = file.name

    def chunks(self, done: int) -> Iterator[Chunk]:
        """Chunks of items in their envelopes; `done` counts lines, or elements of an array."""
        for chunk in self._events.chunks(done):
            items = _items(chunk.body)
            if self._homeless:
                self._met |= self._homeless & set(map(_backend, items))
            yield chunk._replace(body=b"\n".join(enveloped(item, self._names) for item in items))

    def notes(self) -> list[str]:
        """Of which backends it must be said where their items belong."""
        which = ", ".join(f"`{backend}`" for backend in sorted(self._met))
        return [f"The mapping of {which} is built in: say by --system of which system the items are."] if which else []

    def finished(self) -> None:
        """A file is read whole each time; there is no cursor."""


def enveloped(item: bytes, names: Mapping[str, str]) -> bytes:
    """An item in its envelope, on one line; other text as it is. `names` are mappings by backend, where they differ."""
    backend = _backend(item)
    if not backend:
        return item
    return wrap("perceval", names.get(backend, backend), item.strip().replace(b"\n", b" ").replace(b"\r", b" "))


def _backend(item: bytes) -> str:
    """What fetched an item; empty for what is none."""
    try:
        return _decode_item(item).backend_name
    except (msgspec.DecodeError, RecursionError):
        return ""


def _items(body: bytes) -> list[bytes]:
    if body.lstrip()[:1] == b"[":
        try:
            return [bytes(part) for part in _decode_array(body)]
        except msgspec.DecodeError:
            return [body]
    return [body] if _is_item(body) else [line for line in body.split(b"\n") if line and not line.isspace()]


def _is_item(text: bytes) -> bool:
    try:
        _decode_item(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True
