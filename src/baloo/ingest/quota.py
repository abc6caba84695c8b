"""How much one sender may send: requests a second, counted in memory, and events a day of UTC, which a restart does not forget.

A sender is a token; nobody, in an open namespace, is the address at the other end. It is kept nowhere as it is: as a hash under
the workspace's secret, which is another one each day.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import time
from contextlib import suppress
from heapq import nlargest
from pathlib import Path

import msgspec

from baloo.errors import BalooError, ExitCode
from baloo.workspace import write_whole

__all__ = ["Limit", "Senders", "Tally", "TooMany"]

_DAY = 86_400
_MOST = 100_000  # addresses that are remembered at once
_WRITTEN = 10_000  # addresses that are written down, of those that sent most


class TooMany(BalooError):
    """A sender sends more than it may; it may come again after `seconds`."""

    slug = "too-many"
    exit_code = ExitCode.INPUT
    status = 429

    def __init__(self, message: str, seconds: float) -> None:
        self.seconds = max(1, math.ceil(seconds))
        wait = f"{self.seconds} seconds" if self.seconds > 1 else "a second"
        super().__init__(message, remedy=f"Send it again after {wait}, several events in one request.")


class Tally:
    """What one sender has sent: `events` on the `day`, since 1970. It may make `left` requests more, `room` at the moment `at`.

    `stranger` says that it is known by its address alone.
    """

    __slots__ = ("at", "day", "events", "left", "room", "stranger")

    def __init__(self, *, stranger: bool = False, day: int = 0, events: int = 0) -> None:
        self.stranger = stranger
        self.at = 0.0
        self.room = 0.0
        self.left = 0
        self.day = day
        self.events = events


class Limit:
    """At most so many requests a second, twice that at once after a pause, and so many events a day; 0 is any number.

    `idle` says that it limits nothing.
    """

    def __init__(self, per_second: int, per_day: int) -> None:
        self._per_second = per_second
        self._per_day = per_day
        self._burst = 2.0 * per_second
        self._handful = max(1, per_second // 1_000)  # requests that are let in by one look at the time
        self.idle = not per_second and not per_day

    def admit(self, tally: Tally) -> None:
        """Let one request in. Raises TooMany."""
        if self.idle:
            return
        if tally.left:
            tally.left -= 1
        elif self._per_second:
            self._look(tally)
        if self._per_day and tally.events >= self._per_day:
            day, begun = divmod(time.time(), _DAY)
            if tally.day == day:
                raise TooMany(f"This is more than {self._per_day:,} events a day.", _DAY - begun)

    def _look(self, tally: Tally) -> None:
        now = time.monotonic()
        tally.room = min(self._burst, tally.room + (now - tally.at) * self._per_second)
        tally.at = now
        if tally.room < 1:
            raise TooMany(f"This is more than {self._per_second:,} requests a second.", (1 - tally.room) / self._per_second)
        taken = min(self._handful, int(tally.room))
        tally.room -= taken
        tally.left = taken - 1

    def count(self, tally: Tally, events: int) -> None:
        """Note events that came in."""
        if self._per_day:
            day = int(time.time() // _DAY)
            tally.events = events + (tally.events if tally.day == day else 0)
            tally.day = day


class _Written(msgspec.Struct):
    """The file: what senders have sent on a day, since 1970."""

    day: int
    events: dict[str, int]


class Senders:
    """The tallies of all who send, by name; those without a token under a hash of their address, the oldest forgotten first.

    `file` is where what they sent today outlasts the process, `secret` keys the hashes.
    """

    def __init__(self, secret: bytes, file: Path | None = None) -> None:
        self._secret = secret[:64]
        self._file = file
        self._known: dict[str, Tally] = {}
        self._strangers: dict[str, Tally] = {}
        self._before = self._read()

    def tally(self, name: str) -> Tally:
        """What a sender of this name has sent."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._begun(name)
        return known

    def stranger(self, address: str) -> Tally:
        """What an address has sent."""
        if ":" in address:  # whoever has one address of IPv6 has the 2**64 beside it
            address = _network(address)
        told = f"{time.time() // _DAY:.0f} {address}".encode()
        name = "address " + hashlib.blake2b(told, key=self._secret, digest_size=16).hexdigest()
        known = self._strangers.get(name)
        if known is None:
            if len(self._strangers) >= _MOST:
                del self._strangers[next(iter(self._strangers))]
            known = self._strangers[name] = self._begun(name, stranger=True)
        return known

    def write(self) -> None:
        """Write down who sent how much today. Raises OSError."""
        if self._file is None:
            return
        day = int(time.time() // _DAY)
        known, strangers = (
            {name: tally.events for name, tally in found.copy().items() if tally.day == day and tally.events}
            for found in (self._known, self._strangers)
        )
        now = known | dict(nlargest(_WRITTEN, strangers.items(), key=lambda one: one[1]))
        before = self._before.events if self._before.day == day else {}
        if now:
            write_whole(self._file, msgspec.json.encode(_Written(day, before | now)))

    def _begun(self, name: str, *, stranger: bool = False) -> Tally:
        return Tally(stranger=stranger, day=self._before.day, events=self._before.events.get(name, 0))

    def _read(self) -> _Written:
        if self._file is not None:
            with suppress(OSError, msgspec.MsgspecError):  # a quota that begins anew is no reason to stay shut
                return msgspec.json.decode(self._file.read_bytes(), type=_Written)
        return _Written(0, {})


def _network(address: str) -> str:
    try:
        return str(ipaddress.IPv6Network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
