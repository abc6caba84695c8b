"""The stream of the live page: what is sent when, to how many, and how it ends."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import pretend
from asking import asking, pretend_live, pretend_site
from baloo.clock import FixedClock
from baloo.ingest.accept import HTTP, Door
from baloo.settings import load_settings
from baloo.web.live import stream as streams
from baloo.web.live.gallery import Gallery, Shown, Wanted
from baloo.web.live.ring import Ring
from baloo.web.live.stream import Watchers

_DOOR = Door(
    pretend.registry, FixedClock(dt.datetime.combine(pretend.TODAY, dt.time(12), dt.UTC)), load_settings(Path("none.toml"), {}))
_HELLO = b'{"test":"hello"}'


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow each other at once."""
    monkeypatch.setattr(streams, "_PAUSE", 0.001)


def _see(ring: Ring, times: int = 1) -> None:
    for _ in range(times):
        ring.saw(_DOOR.accept(_HELLO, namespace="baloo", sender=None, via=HTTP), _HELLO, None)


def _key(shown: Shown) -> str:
    return shown.sight.key


def _messages(chunk: bytes) -> list[tuple[str, int, Any]]:
    found = []
    for message in chunk.decode().strip().split("\n\n"):
        said = dict(line.split(": ", 1) for line in message.split("\n") if not line.startswith(":"))
        if "event" in said:
            found.append((said["event"], int(said["id"]), json.loads(said["data"])))
    return found


async def _next(stream: AsyncIterator[bytes]) -> list[tuple[str, int, Any]]:
    while not (found := _messages(await anext(stream))):
        pass
    return found


def test_what_comes_is_sent_in_its_order() -> None:
    """A watcher gets what came after the page was made, oldest first, each once, with the number to go on from."""
    ring = Ring()
    watchers = Watchers(Gallery(ring), 5)
    _see(ring)

    async def watch() -> list[Any]:
        stream = watchers.stream(Wanted, _key, 1)
        await anext(stream)
        _see(ring, 2)
        first = await _next(stream)
        _see(ring)
        return [first, await _next(stream), watchers.count]

    assert asyncio.run(watch()) == [[("seen", 3, "2-0"), ("seen", 3, "3-0")], [("seen", 4, "4-0")], 1]


def test_a_flood_is_cut_and_said() -> None:
    """Where more came than is shown at once, the newest are sent, and a message says that they are not all."""
    ring = Ring()

    async def watch() -> list[tuple[str, int, Any]]:
        stream = Watchers(Gallery(ring), 5).stream(Wanted, _key, 0)
        await anext(stream)
        _see(ring, 100)
        return await _next(stream)

    found = asyncio.run(watch())

    assert [event for event, _, _ in found] == ["crowded"] + ["seen"] * 12
    assert [data for _, _, data in found][1::11] == ["89-0", "100-0"]


def test_a_stream_ends_when_it_must() -> None:
    """It ends when the server stops, and when the token that it was asked with ends; and the watcher is counted no more."""
    ring, leaving = Ring(), asyncio.Event()
    watchers = Watchers(Gallery(ring), 5, leaving.is_set)

    async def drain(wanted: Wanted | None) -> int:
        stream = watchers.stream(lambda: wanted, _key, 0)
        await anext(stream)
        _see(ring)
        if wanted is not None:
            leaving.set()
        return len([chunk async for chunk in stream if b"event" in chunk])

    assert asyncio.run(drain(None)) == 0
    assert asyncio.run(drain(Wanted())) == 0
    assert watchers.count == 0


def test_silence_is_broken_by_a_comment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream on which nothing happens says now and then that it is there."""
    monkeypatch.setattr(streams, "_BREATH", 0.002)

    async def watch() -> list[bytes]:
        stream = Watchers(Gallery(Ring()), 5).stream(Wanted, _key, 0)
        return [await anext(stream), await anext(stream)]

    assert asyncio.run(watch())[1].startswith(b":")


def test_no_more_watch_than_are_let_in() -> None:
    """One too many gets 503 with what to do instead, on both streams; the page itself still answers."""
    site = pretend_site()
    with asking(site, pretend_live(site, most=0)) as ask:
        rows, events, page = ask("/live/rows"), ask("/live/events"), ask("/live")

    assert (rows.status_code, events.status_code, page.status_code) == (503, 503, 200)
    assert "Reload" in events.json()["remedy"]
