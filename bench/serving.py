"""The running server: memory at rest, pages warm and cold, and the door's pace beside an import, a refresh and merges."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.harness import BALOO, Line, percentile, pss, tree

SERVERS = 3  # fresh ones, each of which is asked for every page
LINK = re.compile(r'href="(/(?:areas|systems|definitions|status|about|privacy)[^"?#.]*)"')  # to a page, for today
REST = 12.0  # seconds until a server that has started is idle: at 10 million events its worker sorts keys for 9
DOOR_SECONDS = 12.0
DOOR_RATE = 200  # requests a second; the question is how long one waits, not how many fit


def measure(workspace: Path) -> list[Line]:
    """Serve the workspace that the counting left."""
    first, cold, warm = [], [], []
    lines: list[Line] = []
    for number in range(SERVERS):
        with served(workspace, rest=0) as (_, port):
            first.append(_ask(port, "/")[0])
        with served(workspace) as (pid, port):
            if number == 0:
                lines += _memory(pid, "idle server")
            pages, drawn = _walk(port)
            cold += drawn
            warm += [_ask(port, page)[0] for _ in range(4) for page in pages]
            if number == 0:
                time.sleep(REST)
                lines += _memory(pid, "idle after all pages were asked")
                health = [_ask(port, "/health")[0] for _ in range(30)]
    lines += _pages(first, cold, warm, f"/health: {percentile(health, 0.95) * 1000:.0f} ms")
    with served(workspace) as (_, port):
        lines += _door(workspace, port)
    return lines


@contextmanager
def served(workspace: Path, rest: float = REST) -> Iterator[tuple[int, int]]:
    """A server on a free port that is up since `rest` seconds."""
    command = [*BALOO, "-w", str(workspace), "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            found = re.search(r":(\d+) ", process.stderr.readline())
            assert found, "the server said no port"
            port = int(found.group(1))
            give_up = time.monotonic() + 60
            while time.monotonic() < give_up:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).read()
                    break
                except OSError:
                    time.sleep(0.05)
            time.sleep(rest)
            yield process.pid, port
        finally:
            process.terminate()


def _memory(pid: int, when: str) -> list[Line]:
    whole, door = pss(tree(pid)), pss([pid])
    return [
        Line(f"{when}, all processes (PSS)", f"{whole:.0f} MB", "≤ 350 MB", ok=whole <= 350),
        Line("of it the door and pages", f"{door:.0f} MB", "≤ 120 MB", ok=door <= 120),
    ]


def _walk(port: int) -> tuple[list[str], list[float]]:
    """All pages that can be reached from home; and for those that show figures the seconds of the first request of each.

    The server makes today's home page by itself, before anybody asks; so it is asked for yesterday, as nobody did before.
    """
    pages, cold = ["/"], []
    for page in pages:
        seconds, body = _ask(port, page)
        if page == "/":
            seconds, _ = _ask(port, f"/?as_of={dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)}")
        if 'class="chart' in body:
            cold.append(seconds)
        links = dict.fromkeys(LINK.findall(body))
        pages += [link for link in links if link not in pages]
    return pages, cold


def _pages(first: list[float], cold: list[float], warm: list[float], floor: str) -> list[Line]:
    late, again = percentile(cold, 0.95), percentile(warm, 0.95)
    return [
        Line("home page of a fresh server, asked at once", f"{max(first):.1f} s", "", floor),
        Line(f"pages with cold figures, p95 of {len(cold)}", f"{late * 1000:.0f} ms", "≤ 150 ms", floor, ok=late <= 0.15),
        Line(f"pages warm, p95 of {len(warm)}", f"{again * 1000:.0f} ms", "≤ 50 ms", floor, ok=again <= 0.05),
    ]


def _ask(port: int, path: str) -> tuple[float, str]:
    begun = time.perf_counter()
    body = urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60).read()
    return time.perf_counter() - begun, body.decode()


def _door(workspace: Path, port: int) -> list[Line]:
    token = subprocess.run(
        [*BALOO, "-w", str(workspace), "token", "create", "chat"], capture_output=True, text=True, check=True
    ).stdout.strip()
    alone = asyncio.run(_load(port, token, None))
    lines = [Line("door alone, p99", f"{percentile(alone, 0.99) * 1000:.1f} ms", "≤ 20 ms", ok=percentile(alone, 0.99) <= 0.02)]
    history = workspace.parent / "beside.ndjson"
    subprocess.run([*BALOO, "demo", "--people", "2000", "--seed", "9", "--write", str(history)], check=True)
    for what, command in (
        ("an import", ["import", "events", str(history)]),
        ("a refresh --all", ["refresh", "--all"]),
        ("a count", ["count", "active", "--json"]),
    ):
        waits = asyncio.run(_load(port, token, [*BALOO, "-w", str(workspace), *command]))
        p99 = percentile(waits, 0.99)
        lines.append(Line(f"door beside {what}, p99", f"{p99 * 1000:.1f} ms", "≤ 20 ms", ok=p99 <= 0.02))
    return lines


async def _load(port: int, token: str, beside: list[str] | None) -> list[float]:
    """Seconds of each request at a steady rate, from when it was due, for some seconds and as long as `beside` runs."""
    task = None
    if beside:
        task = await asyncio.create_subprocess_exec(*beside, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL)
    loop = asyncio.get_running_loop()
    waits: list[float] = []
    idle: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(16):
        idle.put_nowait(await asyncio.open_connection("127.0.0.1", port))

    async def one(due: float) -> None:
        reader, writer = await idle.get()
        body = _body()
        head = f"POST /submit/baloo/ HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
        writer.write(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        answer = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: (\d+)", answer)
        await reader.readexactly(int(length.group(1)) if length else 0)
        assert answer.startswith(b"HTTP/1.1 201"), answer
        waits.append(loop.time() - due)
        idle.put_nowait((reader, writer))

    begun = loop.time()
    running = []
    number = 0
    while loop.time() - begun < DOOR_SECONDS or (task is not None and task.returncode is None and loop.time() - begun < 60):
        due = begun + number / DOOR_RATE
        await asyncio.sleep(max(0.0, due - loop.time()))
        running.append(asyncio.create_task(one(due)))
        number += 1
    await asyncio.gather(*running)
    if task is not None:
        await task.wait()
    while not idle.empty():
        idle.get_nowait()[1].close()
    return waits


def _body() -> bytes:
    return json.dumps({
        "id": str(uuid.uuid4()), "schema": "contribution", "version": 1, "at": "2025-06-01T10:00:00Z", "system": "chat",
        "kind": "chat.helped", "actor": {"account": "77"}, "extra": {"note": "x" * 200},
    }).encode()  # fmt: skip


if __name__ == "__main__":
    for line in measure(Path(sys.argv[1])):
        print(line)
