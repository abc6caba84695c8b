"""`python -m bench.door_load PORT TOKEN`: a load on the door, from a process of its own; prints what it saw as JSON.

Each connection sends its next request when it has the answer to the last. Every event is another one, of about 600 bytes.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import select
import socket
import sys
import time
from collections.abc import Iterator
from itertools import count

_FORMS = 50  # different bodies, in each of which a request writes its number
_EVENT = (
    '{"id":"%08x-6d3f-4b9c-9a43-PLACE","schema":"chat-message","version":"1","at":"MOMENT","system":"chat","kind":"chat.message",'
    '"actor":{"account":"UNUMBER","username":"amaNUMBER","email":"amaNUMBER@example.org","name":"Ama Example NUMBER"},'
    '"object":"https://chat.example.org/archive/%08x/PLACE","extra":{"channel":"general","locale":"en-US",'
    '"thread":"https://chat.example.org/t/PLACE","length":117,"edited":false,"posted":"2026-11-20","client":"desktop",'
    '"reply_to":"25dfde52-49af-5718-b7db-0123456789ab","words":["help","install"]},'
    '"environment":"production"}'
)


def _event(place: int) -> str:
    moment = dt.datetime.fromtimestamp(1_700_000_000 + place * 4001, dt.timezone(dt.timedelta(hours=1)))
    return _EVENT.replace("PLACE", f"{place:012x}").replace("NUMBER", f"{place:05d}").replace("MOMENT", moment.isoformat())


def requests(token: str, events: int, first: int, path: str) -> Iterator[bytes]:
    """HTTP requests with so many events each, numbered from `first`, without end."""
    whole = []
    for place in range(0, _FORMS * events, events):
        texts = [_event(n) for n in range(place, place + events)]
        form = f"[{','.join(texts)}]" if events > 1 else texts[0]
        length = len(form % ((0, 0) * events))
        head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nContent-Length: {length}\r\n\r\n"
        whole.append((head + form).encode())
    for number in count(first):
        yield whole[number % _FORMS] % ((number & 0xFFFFFFFF,) * (2 * events))


def load(port: int, made: Iterator[bytes], connections: int, seconds: float, rate: float) -> dict[str, object]:
    """Keep so many connections busy; `rate` requests a second at the most where it is not 0."""
    poll = select.epoll()
    open_: dict[int, socket.socket] = {}
    for _ in range(connections):
        one = socket.create_connection(("127.0.0.1", port))
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        open_[one.fileno()] = one
        poll.register(one.fileno(), select.EPOLLIN)
    begun = time.perf_counter()
    sent = dict.fromkeys(open_, begun)
    for one in open_.values():
        one.sendall(next(made))
    waits: list[float] = []
    failed: dict[str, int] = {}
    parts: dict[int, bytes] = {}
    end, last, idle = begun + seconds, begun, []
    while sent or idle:
        for handle, _ in poll.poll(0.001 if idle else 1.0):
            one = open_[handle]
            answer = parts.pop(handle, b"") + one.recv(1 << 16)
            now = time.perf_counter()
            if not _whole(answer):
                parts[handle] = answer
                continue
            waits.append(now - sent.pop(handle))
            if answer[9:12] != b"201":
                failed[answer[:200].decode("latin-1")] = failed.get(answer[:200].decode("latin-1"), 0) + 1
            last = now
            if now < end:
                idle.append(handle)
        room = len(idle) if not rate else int((time.perf_counter() - begun) * rate) - len(waits) - len(sent)
        while idle and room > 0:
            room -= 1
            handle = idle.pop(0)
            if time.perf_counter() < end:
                sent[handle] = time.perf_counter()
                open_[handle].sendall(next(made))
        if idle and time.perf_counter() > end:
            idle = []
    waits.sort()
    return {
        "requests": len(waits), "seconds": last - begun, "failed": failed,
        **{f"p{share}": waits[int(len(waits) * share / 100)] * 1000 for share in (50, 99)}, "longest": waits[-1] * 1000,
        "processor": time.process_time(),
    }  # fmt: skip


def _whole(answer: bytes) -> bool:
    head = answer.find(b"\r\n\r\n")
    if head < 0:
        return False
    at = answer.lower().find(b"content-length: ", 0, head + 2)
    return at >= 0 and len(answer) - head - 4 >= int(answer[at + 16 : answer.index(b"\r", at)])


def main() -> None:
    """Load, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("port", type=int)
    parser.add_argument("token")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--events", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rate", type=float, default=0.0, help="requests a second, 0 for as many as go")
    parser.add_argument("--first", type=int, default=time.time_ns() // 1_000_000 % (1 << 31))
    parser.add_argument("--core", type=int, default=-1)
    parser.add_argument("--path", default="/v1/contributions")
    asked = parser.parse_args()
    if asked.core >= 0:
        os.sched_setaffinity(0, {asked.core})
    made = requests(asked.token, asked.events, asked.first, asked.path)
    found = load(asked.port, made, asked.connections, asked.seconds, asked.rate)
    sys.stdout.write(json.dumps(found | {"events": int(str(found["requests"])) * asked.events}) + "\n")


if __name__ == "__main__":
    main()
