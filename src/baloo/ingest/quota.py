"""How much one sender may send: requests a second and events a day, counted in memory.

A sender is a token; nobody, in an open namespace, is the address at the other end, which is kept as a keyed hash under a key
that is made anew with each start. A day is one of UTC; what was counted of it is forgotten when the server starts again.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import secrets
import time

from baloo.errors import BalooError, ExitCode

__all__ = ["Limit", "Strangers", "Tally", "TooMany"]

_DAY = 86_400
_MOST = 100_000  # addresses that are remembered at once


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
    """What one sender has sent: `room` is how many requests it may still make at the moment `at`.

    `stranger` says that it is known by its address alone.
    """

    __slots__ = ("at", "day", "events", "room", "stranger")

    def __init__(self, *, stranger: bool = False) -> None:
        self.stranger = stranger
        self.at = 0.0
        self.room = 0.0
        self.day = 0.0
        self.events = 0


class Limit:
    """At most so many requests a second, twice that at once after a pause, and so many events a day; 0 is any number.

    `idle` says that it limits nothing.
    """

    def __init__(self, per_second: int, per_day: int) -> None:
        self._per_second = per_second
        self._per_day = per_day
        self._burst = 2.0 * per_second
        self.idle = not per_second and not per_day

    def admit(self, tally: Tally) -> None:
        """Let one request in. Raises TooMany."""
        if self.idle:
            return
        if self._per_second:
            now = time.monotonic()
            room = min(self._burst, tally.room + (now - tally.at) * self._per_second)
            tally.at = now
            tally.room = room - 1 if room >= 1 else room
            if room < 1:
                raise TooMany(f"This is more than {self._per_second:,} requests a second.", (1 - room) / self._per_second)
        if self._per_day and tally.events >= self._per_day:
            day, begun = divmod(time.time(), _DAY)
            if tally.day == day:
                raise TooMany(f"This is more than {self._per_day:,} events a day.", _DAY - begun)

    def count(self, tally: Tally, events: int) -> None:
        """Note events that came in."""
        if self._per_day:
            day = time.time() // _DAY
            tally.events = events + (tally.events if tally.day == day else 0)
            tally.day = day


class Strangers:
    """The tallies of those who send without a token, each under a keyed hash of their address; the oldest are forgotten."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._tallies: dict[bytes, Tally] = {}

    def tally(self, address: str) -> Tally:
        """What an address has sent."""
        if ":" in address:  # whoever has one address of IPv6 has the 2**64 beside it
            address = _network(address)
        key = hashlib.blake2b(address.encode(), key=self._key, digest_size=16).digest()
        known = self._tallies.get(key)
        if known is None:
            if len(self._tallies) >= _MOST:
                del self._tallies[next(iter(self._tallies))]
            known = self._tallies[key] = Tally(stranger=True)
        return known


def _network(address: str) -> str:
    try:
        return str(ipaddress.IPv6Network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
