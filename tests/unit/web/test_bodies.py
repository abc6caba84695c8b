"""Bodies of forms come whole and in time, or the pages never hear of them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from baloo.web.bodies import gathered

PART, END = ({"type": "http.request", "body": text, "more_body": more} for text, more in ((b"ab", True), (b"c", False)))
GONE = {"type": "http.disconnect"}


def _answers(method: str, *messages: dict[str, Any]) -> tuple[bytes | None, list[int]]:
    """What the pages read of a request whose messages end in silence, None where they were not asked; and the statuses."""
    heard: list[bytes] = []
    told: list[int] = []

    async def pages(_scope: Any, receive: Any, send: Any) -> None:
        heard.append(b"")
        while heard[0] is not None and method != "GET":
            message = await receive()
            heard[0] += message["body"]
            if not message["more_body"]:
                break
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def ask() -> None:
        waiting: asyncio.Queue[Any] = asyncio.Queue()
        for message in messages:
            waiting.put_nowait(message)

        async def send(message: Any) -> None:
            if message["type"] == "http.response.start":
                told.append(message["status"])

        await gathered(pages, 0.05)({"type": "http", "method": method}, waiting.get, send)  # type: ignore[arg-type,typeddict-item]

    asyncio.run(ask())
    return (heard[0] if heard else None), told


@pytest.mark.parametrize(("method", "messages", "expected"), [
    ("POST", [PART, END], (b"abc", [200])), ("POST", [END], (b"c", [200])), ("GET", [], (b"", [200])),
    ("POST", [PART], (None, [408])), ("POST", [], (None, [408])), ("POST", [PART, GONE], (None, [])),
])  # fmt: skip
def test_pages_are_asked_when_a_body_is_whole(method: str, messages: list[Any], expected: tuple[bytes | None, list[int]]):
    """Whoever never ends gets 408, whoever hangs up nothing; a page that takes no body does not wait for one."""
    assert _answers(method, *messages) == expected


def test_what_is_too_long_to_be_held_is_read_on(monkeypatch: pytest.MonkeyPatch):
    """The page reads what was gathered, and then what comes."""
    monkeypatch.setattr("baloo.web.bodies._HELD", 3)

    assert _answers("POST", PART, PART, PART, END) == (b"abababc", [200])
