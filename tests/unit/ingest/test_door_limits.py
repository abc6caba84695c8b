"""Reading bodies within limits, whatever server stands before the door."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import pytest

from baloo.errors import Busy, InputError
from baloo.ingest import body as module
from baloo.ingest.body import Bodies, Gone, Incoming, Slow
from baloo.ingest.unpack import TooLarge


def _incoming(parts: list[bytes | None], *, endless: bool = False, **headers: str) -> Incoming:
    """A request whose parts arrive one after the other; None is a client that goes away, and an endless one never ends."""
    left = list(parts)

    async def receive() -> MutableMapping[str, Any]:
        if not left:
            await asyncio.sleep(3600)
        part = left.pop(0)
        if part is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": part, "more_body": bool(left) or endless}

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Incoming({"headers": raw}, receive)


def _run(read: Callable[[Incoming], Awaitable[Any]], incoming: Incoming) -> Any:
    async def run() -> Any:
        return await read(incoming)

    return asyncio.run(run())


def test_parts_make_a_body():
    """In their order, empty ones too."""
    assert _run(Bodies(10, 1).read, _incoming([b"ab", b"", b"cd"])) == b"abcd"


@pytest.mark.parametrize(("parts", "headers"), [
    ([b"12345678901"], {}), ([b"12345", b"678901"], {}), ([], {"content_length": "11"}), ([], {"content_length": "9" * 5000}),
])  # fmt: skip
def test_more_than_the_limit_is_too_large(parts: list[bytes | None], headers: dict[str, str]):
    """By what is said, or by what comes."""
    with pytest.raises(TooLarge):
        _run(Bodies(10, 1).read, _incoming(parts, **headers))


@pytest.mark.parametrize("headers", [
    {"content_length": "2", "transfer_encoding": "chunked"}, {"content_length": "-2"}, {"content_length": "2, 2"},
    {"content_length": "²"},
])  # fmt: skip
def test_a_length_must_be_clear(headers: dict[str, str]):
    """One number, and not beside chunks."""
    with pytest.raises(InputError):
        _run(Bodies(10, 1).read, _incoming([b"{}"], **headers))


def test_a_body_has_a_deadline():
    """One that never ends is cut off."""
    with pytest.raises(Slow):
        _run(Bodies(10, 0.01).read, _incoming([b"{"], endless=True))


def test_a_client_may_go_away():
    """Then nothing is answered."""
    with pytest.raises(Gone):
        _run(Bodies(10, 1).read, _incoming([b"{", None]))


def test_memory_for_bodies_has_an_end(monkeypatch: pytest.MonkeyPatch):
    """Where too much is being read at once, whoever comes on top is asked to come again; what is done with makes room."""
    monkeypatch.setattr(module, "_HELD", 15)
    bodies = Bodies(10, 1)

    async def both() -> list[bytes | BaseException]:
        slow = _incoming([b"1234567890"], endless=True)
        first = asyncio.create_task(bodies.read(slow))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        second = await asyncio.gather(bodies.read(_incoming([b"123456"])), return_exceptions=True)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        return [*second, await bodies.read(_incoming([b"123456"]))]

    refused, taken = asyncio.run(both())
    assert isinstance(refused, Busy)
    assert taken == b"123456"


@pytest.mark.parametrize(("parts", "endless", "headers", "whole"), [
    ([b"1", b"2"], False, {}, True), ([b"1"], True, {}, False), ([b"1"] * 100, True, {}, False),
    ([b"1"], False, {"expect": "100-continue"}, False),
])  # fmt: skip
def test_what_is_refused_is_read_to_its_end_within_limits(
    parts: list[bytes | None], endless: bool, headers: dict[str, str], whole: bool, monkeypatch: pytest.MonkeyPatch,
):
    """So that the answer arrives, but never for long, and never where the client waits for leave to send."""
    monkeypatch.setattr(module, "_DRAIN_SECONDS", 0.01)
    monkeypatch.setattr(module, "_DRAIN", 50)

    assert _run(Bodies(10, 1).drain, _incoming(parts, endless=endless, **headers)) is whole
