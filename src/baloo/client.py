"""Sends events to Baloo from any Python program. Standard library only, and one file: it may be copied beside your own.

    baloo = Client("https://baloo.example.org", token="baloo_...", system="forum", spool="/var/spool/baloo")
    baloo.send({"kind": "forum.answer", "actor": {"account": "ama"}, "object": "https://forum.example.org/questions/7"})

`send` neither waits nor raises: it writes the event as JSON, gives it an id and hands it to two threads. One keeps events in
the spool, a folder of NDJSON files, with fsync; the other delivers them, oldest first, many in one packed request, and deletes a
file when the server has said that its events are on disk. An event whose answer was lost is sent again under the same id, and
counts once. Without a spool, events wait in memory, and end with the process. What the server answers, and what follows:

- 201, 207, or 400 with a verdict for each event: delivered. Refused events are written to `refused.ndjson` in the spool, with
  their reasons; the server keeps them too, in quarantine.
- 413, or 400 without verdicts: the request is halved until the one event at fault stands alone, which is set aside likewise.
- All else, and no answer: it is tried again after `Retry-After`, as 429, 503 and 507 give it, or after a pause that doubles up
  to a minute, with jitter. 401, 403 and 404 are no exception: a token or an address can be put right.

Bounds: `memory_bytes` for what is not in the spool yet, `spool_bytes` for the spool. What a full or broken disk does not take is
delivered from memory. Where there is no room, the newest event is dropped: `send` returns None, `stats.dropped` counts it, and
the log (`baloo.client`, which holds no event) says so once a minute.
"""

from __future__ import annotations

import atexit
import datetime as dt
import gzip
import http.client
import json
import logging
import os
import random
import re
import threading
import time
import urllib.parse
import urllib.request
import uuid
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any, NamedTuple

try:
    import fcntl
except ImportError:  # Windows has no flock: there, give each process a spool of its own
    fcntl = None  # type: ignore[assignment]

__all__ = ["Client", "Stats"]

_BATCH = 256 << 10  # bytes of one request, and of one file
_FIRST_PAUSE, _LONGEST_PAUSE, _LONGEST_ASKED = 0.5, 60.0, 3_600.0  # seconds
_LOOK = 15.0  # seconds between two looks for what other processes left
_MOST = 8 << 20  # bytes of an answer, and of the file of refused events
_UUID, _NAMESPACE = r"[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", uuid.UUID("5a1d1f9e-6f0e-5b6c-9d0a-7f7d7f5a8e11")  # of texts
_log = logging.getLogger("baloo.client")


class Stats(NamedTuple):
    """How many events a client took, delivered, had refused and dropped since it was made, or since its process was forked."""

    taken: int = 0
    delivered: int = 0
    refused: int = 0
    dropped: int = 0


class Client(AbstractContextManager["Client"]):
    """Delivers events to a namespace of a server. Safe to use from many threads, and after a fork; close it at the end.

    `url` is the server's address, `token` the system's; without one, events are staging for ever. `system` is that of events
    which name none. `spool` is a folder, which several processes may share. `timeout` is how long an answer may take, in seconds;
    `tag` is sent as `X-Debug-ID`, by which events are found on the server's page `/live`. `stats` has what became of the events.
    """

    def __init__(
        self, url: str, *, token: str | None = None, system: str | None = None, namespace: str = "baloo",
        spool: str | os.PathLike[str] | None = None, spool_bytes: int = 64 << 20, memory_bytes: int = 8 << 20,
        timeout: float = 10.0, tag: str | None = None,
    ) -> None:
        if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
            raise ValueError("The address of a server begins with http:// or https://.")
        self._address = f"{url.rstrip('/')}/v1/contributions?namespace={urllib.parse.quote(namespace, safe='')}"
        self._headers = {"content-type": "application/x-ndjson", "content-encoding": "gzip", "user-agent": "baloo-client/1"}
        self._headers |= ({"authorization": f"Bearer {token}"} if token else {}) | ({"x-debug-id": tag} if tag else {})
        self._defaults: dict[str, object] = {"schema": "contribution", "version": 1} | ({"system": system} if system else {})
        self._room, self._timeout, self._closing = memory_bytes, timeout, False
        self._spool = _Spool(Path(spool), spool_bytes) if spool is not None else None
        self._opener = urllib.request.build_opener(_Plain)
        self._begin()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._begin)
        if self._spool is not None:
            self._awake()  # an earlier run may have left something
        atexit.register(self.close, 2.0)

    def send(self, event: Mapping[str, object]) -> str | None:
        """Hand over one event of version 1; `id`, `at`, `schema`, `version` and `system` are filled in where they are missing.

        An `id` that is no UUID, such as `answer 7`, becomes the one that a source makes of it. Returns the id, or None where
        the event is dropped: there is no room, it cannot be written as JSON, or the client is closed.
        """
        line = b""
        with suppress(AttributeError, TypeError, ValueError, RecursionError):  # it is no event
            full = {**self._defaults, "at": dt.datetime.now(dt.UTC).isoformat(), **event}
            id_ = str(full.get("id") or uuid.uuid4())
            uid = uuid.UUID(id_) if re.fullmatch(_UUID, id_.lower()) else uuid.uuid5(_NAMESPACE, f"{full.get('system')}\x1f{id_}")
            line = json.dumps(full | {"id": (id_ := str(uid))}, ensure_ascii=False, allow_nan=False).encode() + b"\n"
        with self._lock:
            if not line or self._closing or self._bytes + len(line) > self._room:
                self._drop(1, "closed" if self._closing else "no room" if line else "not JSON")
                return None
            self._count(taken=1)
            self._bytes += len(line)
            self._fresh.append(line)
            self._awake()
            self._stir() if self._unkept else self._came.notify()
        return id_

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until the server has everything that was sent before; False where that takes longer than `timeout` seconds."""
        give_up = float("inf") if timeout is None else time.monotonic() + timeout
        self._nudge.set()
        while not self._is_empty():
            if time.monotonic() >= give_up:
                return False
            time.sleep(0.02)  # another process may deliver ours: nobody could tell us
        return True

    def close(self, timeout: float = 5.0) -> bool:
        """Keep what is left, try once more to deliver it, and stop; whether the server has everything. Called at exit as well."""
        give_up = time.monotonic() + timeout
        self._closing = True
        with self._lock:
            self._came.notify()
        self._stir()
        self._leave.set()
        self._nudge.set()
        for thread in self._threads:
            thread.join(max(0.0, give_up - time.monotonic()))
        atexit.unregister(self.close)
        self._drop(len(self._fresh), "closed")
        return self._is_empty()

    def __exit__(self, *_: object) -> None:
        self.close()

    def _begin(self) -> None:
        """Begin with nothing; in a forked process too, whose parent keeps what it was given."""
        self._lock = threading.RLock()
        self._came, self._ready = threading.Condition(self._lock), threading.Condition(self._lock)  # to be kept, to be delivered
        self._leave, self._nudge = threading.Event(), threading.Event()
        self._fresh, self._bytes = deque[bytes](), 0  # events in memory; bytes in memory, also of events on their way
        self._unkept = False  # whether events are delivered from memory, for nothing else keeps them
        self._stirred = False  # whether something came since it was last looked for
        self._threads, self.stats = list[threading.Thread](), Stats()
        self._trouble, self._moaned = "", float("-inf")
        if self._spool:
            self._spool.begin()

    def _awake(self) -> None:
        if not self._threads:
            self._threads = [threading.Thread(target=job, name="baloo", daemon=True) for job in (self._keep, self._carry)]
            for thread in self._threads:
                thread.start()

    def _is_empty(self) -> bool:
        return not self._bytes and not (self._spool and self._spool.has_ours())

    def _keep(self) -> None:
        """Bring fresh events into the spool, as many at once as came meanwhile."""
        spool, kept = self._spool, True
        while spool and (kept or not self._leave.wait(1.0)):
            with self._lock:
                self._came.wait_for(lambda: self._fresh or self._closing)
                lines = self._take()
            if not lines:
                break
            self._give_back(lines, done=(kept := spool.put(lines)))
            self._stir(unkept=not kept)
        self._stir(unkept=True)  # whatever is left now stays in memory

    def _stir(self, *, unkept: bool | None = None) -> None:
        """Say that there is something to deliver."""
        with self._lock:
            self._unkept = self._unkept if unkept is None else unkept
            self._stirred = True
            self._ready.notify()

    def _take(self) -> list[bytes]:
        """Events from memory, as many as one request may have."""
        lines, room = list[bytes](), _BATCH
        while self._fresh and (not lines or len(self._fresh[0]) <= room):
            lines.append(self._fresh.popleft())
            room -= len(lines[-1])
        return lines

    def _give_back(self, lines: Sequence[bytes], *, done: bool) -> None:
        """Forget events that were taken where that is done; else they are the next to be taken."""
        with self._lock:
            self._fresh.extendleft(() if done else reversed(lines))
            self._bytes -= sum(map(len, lines)) if done else 0
            self._came.notify()

    def _carry(self) -> None:
        """Deliver what is kept, and from memory what cannot be; after a failure, pause."""
        failures = 0
        while True:
            self._stirred = False
            file = self._spool.claim() if self._spool else None
            with self._lock:
                lines = file.lines if file else self._take() if self._unkept else []
                if file is None and not lines:
                    if self._closing and self._unkept:
                        return
                    self._ready.wait_for(lambda: self._stirred, _LOOK)
                    continue
            done, asked = self._deliver(lines)
            file.close(remove=done) if file else self._give_back(lines, done=done)
            failures = 0 if done else failures + 1
            if not done and self._closing:
                return
            if asked is not None:
                self._leave.wait(min(asked, _LONGEST_ASKED) * random.uniform(1.0, 1.1))  # noqa: S311 - jitter
            elif not done:
                self._nudge.clear()
                self._nudge.wait(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(failures, 10)) * random.uniform(0.5, 1.0))  # noqa: S311

    def _deliver(self, lines: list[bytes]) -> tuple[bool, float | None]:
        """(whether the server has judged them all, how many seconds it asks to wait)."""
        rest = [lines] if lines else []
        refused: list[tuple[bytes, Mapping[str, Any]]] = []
        while rest:
            batch = rest.pop()
            status, told, asked = self._post(batch)
            verdicts = told.get("outcomes") if status in (201, 207, 400) else None
            if isinstance(verdicts, list) and len(verdicts) == len(batch):
                refused += [(line, verdict) for line, verdict in zip(batch, verdicts, strict=True) if not verdict.get("accepted")]
            elif status != 413 and (status, told.get("type")) != (400, "input"):  # it is not the body that is at fault
                self._note(f"status {status}" if status else "no answer")
                return False, asked
            elif len(batch) > 1:
                rest += [batch[:len(batch) // 2], batch[len(batch) // 2:]]
            else:
                refused.append((batch[0], {"status": status, "type": "too-large"} | told))
        self._note("")
        self._count(delivered=len(lines) - len(refused), refused=len(refused))
        for (slug, pointer), n in Counter((why.get("type"), why.get("pointer")) for _, why in refused).items():
            _log.warning("%d refused: %s at %s.", n, slug, pointer or "the whole event")
        if self._spool and refused:
            self._spool.set_aside(refused)
        return True, None

    def _post(self, lines: Sequence[bytes]) -> tuple[int, dict[str, Any], float | None]:
        """(status, or 0 where nothing came back; the answer, empty where it is not JSON; seconds that it asks to wait)."""
        body = gzip.compress(b"".join(lines), 6, mtime=0)
        request = urllib.request.Request(self._address, body, self._headers, method="POST")  # noqa: S310 - the scheme is checked
        status, told, asked = 0, None, ""
        failures = (OSError, http.client.HTTPException, ValueError, RecursionError)
        with suppress(*failures), self._opener.open(request, timeout=self._timeout) as answer:
            body, status, asked = answer.read(_MOST), answer.status, answer.headers.get("retry-after", "").strip()
            told = json.loads(body)
        return status, told if isinstance(told, dict) else {}, float(asked) if asked.isdecimal() else None

    def _count(self, **more: int) -> None:
        with self._lock:
            self.stats = self.stats._replace(**{name: getattr(self.stats, name) + n for name, n in more.items()})

    def _note(self, trouble: str) -> None:
        if trouble != self._trouble:
            _log.warning("Events wait: %s from the server.", trouble) if trouble else _log.info("The server takes events again.")
        self._trouble = trouble

    def _drop(self, events: int, why: str) -> None:
        """Count and say that events are lost."""
        self._count(dropped=events)
        if events and time.monotonic() - self._moaned > 60:
            self._moaned = time.monotonic()
            _log.error("%d events were dropped so far, the last because: %s.", self.stats.dropped, why)


class _Plain(urllib.request.HTTPErrorProcessor):
    """Gives back every answer, whatever its status; a redirect too, which would turn a POST into a GET."""

    http_response = https_response = staticmethod(lambda _, response: response)  # type: ignore[assignment]


class _File:
    """A file of the spool, open and locked."""

    def __init__(self, path: Path, flags: int = os.O_RDWR) -> None:
        """Raise OSError where it cannot be read, or another process has it locked."""
        self.path, self.size = path, 0
        self.handle = os.open(path, flags, 0o600)
        try:
            if fcntl is not None:
                fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            with open(self.handle, "rb", closefd=False) as file:
                self.lines = [line for line in file if line.endswith(b"\n")]  # half a line at its end was never kept
        except OSError:
            os.close(self.handle)
            raise

    def append(self, data: bytes) -> None:
        """Add events, durably. Raises OSError, and then holds none of them."""
        with suppress(OSError):
            if os.write(self.handle, data) == len(data):
                os.fsync(self.handle)
                self.size += len(data)
                return
        with suppress(OSError):
            os.ftruncate(self.handle, self.size)
        raise OSError("There is no room for all of it.")

    def close(self, *, remove: bool = False) -> None:
        """Let go of it."""
        with suppress(OSError):
            if remove or os.fstat(self.handle).st_size == 0:
                self.path.unlink()
            if fcntl is not None:
                fcntl.flock(self.handle, fcntl.LOCK_UN)  # a forked process may have it open still
        os.close(self.handle)


class _Spool:
    """A folder of files with one event a line. Whoever has locked a file may write to it, or deliver and remove it."""

    def __init__(self, folder: Path, room: int) -> None:
        self._folder, self._room = folder, room
        self._file: _File | None = None

    def begin(self) -> None:
        """Begin with no file of our own; one that is open belongs to the parent of this process."""
        self._lock = threading.Lock()
        if self._file is not None:
            os.close(self._file.handle)
        self._file, self._ours = None, set[Path]()

    def put(self, lines: Sequence[bytes]) -> bool:
        """Keep events; whether they are on disk."""
        data = b"".join(lines)
        with self._lock:
            with suppress(OSError):
                if self._file is None or self._file.size + len(data) > _BATCH:
                    self._finish()
                    self._file = self._start(len(data))
                self._file.append(data)
                return True
            self._finish()
            return False

    def claim(self) -> _File | None:
        """The oldest file that nobody else has locked; nothing more is written to it."""
        for path in self._files():
            with self._lock:
                if self._file is not None and self._file.path == path:
                    self._finish()
            with suppress(OSError):
                file = _File(path)
                if path.exists():
                    return file
                file.close()
        return None

    def has_ours(self) -> bool:
        """Whether a file that this process began is still there."""
        with self._lock:
            return any(path.exists() for path in self._ours)

    def set_aside(self, refused: Sequence[tuple[bytes, Mapping[str, Any]]]) -> None:
        """Write down refused events, each with its reason, as long as there is room."""
        text = b"".join(b'{"why": %b, "event": %b}\n' % (json.dumps(why).encode(), line.strip()) for line, why in refused)
        with suppress(OSError):
            handle = os.open(self._folder / "refused.ndjson", os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
            if os.fstat(handle).st_size < _MOST:
                os.write(handle, text)
            os.close(handle)

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9]*.ndjson"))

    def _start(self, need: int) -> _File:
        """A new file, which appears in the folder when it is locked. Raises OSError where the spool is full."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if need + sum(path.stat().st_size for path in self._files()) > self._room:
            raise OSError("The spool is full.")
        name = f"{time.time_ns():020d}-{os.getpid()}.ndjson"
        file = _File(self._folder / f".{name}", os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND)
        file.path = path = file.path.rename(self._folder / name)
        self._ours = {path, *filter(Path.exists, self._ours)}
        with suppress(OSError):  # Windows opens no folders
            folder = os.open(self._folder, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
        return file

    def _finish(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
