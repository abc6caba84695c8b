"""How long it takes until what was acknowledged can be seen: on the live page, and in the counts."""

from __future__ import annotations

import json
import sys
import time
import urllib.request
import uuid
from pathlib import Path
from typing import Any

from bench.harness import Line, run
from bench.serving import served

DAY = "2025-06-01"
ALONE = 5  # events that come one at a time
MANY = 1_000  # identities that come together
REST = 12.0  # seconds between two, so that each comes after a rest


def measure(workspace: Path) -> list[Line]:
    """Push into a server of the workspace that the counting left, and look until it is there."""
    token = run("-w", str(workspace), "token", "create", "chat")[1].strip()
    with served(workspace) as (_, port):
        people, live, counted = _People(port, token), [], []
        people.wait_for(people.counted() or 0)
        for _ in range(ALONE):
            time.sleep(REST)
            seen, there = people.push(1, watch=True)
            live.append(seen)
            counted.append(there)
        time.sleep(REST)
        _, together = people.push(MANY, watch=False)
    return [
        Line(f"an event on /live after its 201, last of {ALONE}", f"{max(live):.2f} s", "≤ 2 s", ok=max(live) <= 2),
        Line(f"an event in the counts after its 201, last of {ALONE}", f"{max(counted):.1f} s", "≤ 10 s", ok=max(counted) <= 10),
        Line(f"{MANY:,} new identities in the counts after their 201", f"{together:.1f} s", "≤ 5 s", ok=together <= 5),
    ]


class _People:
    """New people of the chat, each with one event on the same day, and how many the API counts on it."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._token = port, token

    def counted(self) -> int | None:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/api/v1/active?level=seen&as_of={DAY}", timeout=60) as answer:
            found: int | None = json.load(answer)["active"]
            return found

    def wait_for(self, number: int) -> float:
        """Seconds until at least so many are counted."""
        begun = time.perf_counter()
        while (self.counted() or 0) < number:
            if time.perf_counter() - begun > 120:
                raise SystemExit(f"{number:,} people were never counted.")
            time.sleep(0.05)
        return time.perf_counter() - begun

    def push(self, number: int, *, watch: bool) -> tuple[float, float]:
        """Push so many events of new people; seconds until the live page and until the counts have them."""
        before = self.counted() or 0
        events = [_event() for _ in range(number)]
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/live/events", timeout=60) as stream:
            next(line for line in stream if line.startswith(b"retry"))
            head = {"Authorization": f"Bearer {self._token}"}
            body = json.dumps(events).encode()
            request = urllib.request.Request(f"http://127.0.0.1:{self._port}/submit/baloo/", body, head)
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - the address stands above
                assert answer.status == 201
            begun = time.perf_counter()
            if watch:
                next(line for line in stream if line.startswith(b"data: {") and b'"chat"' in line)
            seen = time.perf_counter() - begun
        return seen, seen + self.wait_for(before + number)


def _event() -> dict[str, Any]:
    who = uuid.uuid4().hex
    return {
        "id": str(uuid.uuid4()), "schema": "contribution", "version": 1, "at": f"{DAY}T10:00:00Z", "system": "chat",
        "kind": "chat.helped", "actor": {"account": who, "username": f"u{who[:8]}"},
    }  # fmt: skip


if __name__ == "__main__":
    for line in measure(Path(sys.argv[1])):
        print(line)
