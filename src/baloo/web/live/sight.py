"""One event as the live page shows it: to everybody what gives nobody away, to its sender what arrived and how it was read."""

from __future__ import annotations

import datetime as dt
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import msgspec

from baloo.errors import BalooError
from baloo.ingest.text import split
from baloo.ingest.verdict import Outcome
from baloo.queue.base import Event, Refusal, Request
from baloo.web.live.ring import Kept

__all__ = ["Own", "Sight", "own", "sights"]

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_LONGEST = 20_000  # characters of a body that are shown; a command line hardly takes more either
_MOST = 200  # events of one request that are looked at


@dataclass(frozen=True, slots=True)
class Sight:
    """What everybody may see of one event: nothing of what it says of a person, and no value that it gives.

    `key` is the number of its request and its place in it. `received` is microseconds since 1970.
    """

    key: str
    received: int
    accepted: bool
    system: str | None = None
    kind: str | None = None
    schema: str | None = None
    version: str | None = None
    environment: str | None = None
    slug: str | None = None
    pointer: str | None = None
    reason: str | None = None
    remedy: str | None = None

    @property
    def at(self) -> dt.datetime:
        """When it was received, in UTC."""
        return _EPOCH + dt.timedelta(microseconds=self.received)

    def facts(self) -> dict[str, Any]:
        """The same for programs."""
        said = {
            "key": self.key, "received": self.at.isoformat(), "verdict": "accepted" if self.accepted else "refused",
            "environment": self.environment, "system": self.system, "kind": self.kind, "schema": self.schema,
            "version": self.version, "type": self.slug, "pointer": self.pointer, "reason": self.reason, "remedy": self.remedy,
        }
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Own:
    """What only its sender sees: the text that arrived, the columns that were read, the command that sends it again."""

    body: str
    whole: bool  # whether `body` is all of it
    columns: tuple[tuple[str, str], ...]
    curl: str


def sights(kept: Kept) -> list[Sight]:
    """The events of a request, the last one first."""
    request = kept.verdict.request
    events = iter(request.events)
    found = []
    for outcome in islice(kept.verdict.outcomes, _MOST):
        key = f"{kept.number}-{outcome.index}"
        if outcome.accepted:
            found.append(_taken(key, request, next(events)))
        else:
            refusal = next(refusal for refusal in request.refusals if refusal.index == outcome.index)
            found.append(_refused(key, request, refusal, outcome))
    return found[::-1]


def own(kept: Kept, sight: Sight, address: str) -> Own:
    """What the sender of an event sees besides. `address` is the server's, as they reach it."""
    index = int(sight.key.partition("-")[2])
    request = kept.verdict.request
    outcome = kept.verdict.outcomes[index]
    raw = next((refusal.body for refusal in request.refusals if refusal.index == index), None)
    raw = raw if raw is not None else _part(kept.body, index)
    columns: tuple[tuple[str, str], ...] = ()
    if outcome.accepted:
        place = index - sum(refusal.index < index for refusal in request.refusals)
        columns = tuple(_columns(request.events[place]))
    text = raw.decode("utf-8", "replace")
    return Own(text[:_LONGEST], len(text) <= _LONGEST, columns, _curl(request, outcome, raw, kept.tag, address))


def _taken(key: str, request: Request, event: Event) -> Sight:
    return Sight(key, request.received, True, event.system, event.kind, event.schema, event.version, event.environment)


def _refused(key: str, request: Request, refusal: Refusal, outcome: Outcome) -> Sight:
    return Sight(
        key, request.received, False, refusal.system, None, refusal.schema, None,
        "staging" if refusal.staging or request.sender is None else None,
        refusal.slug, refusal.pointer, refusal.reason, outcome.remedy,
    )


def _part(body: bytes, index: int) -> bytes:
    """The text of one event of a body; all of the body where a protocol has events that do not stand in it one by one."""
    try:
        return next(islice(split(body), index, None), body)
    except BalooError:
        return body


def _columns(event: Event) -> Iterator[tuple[str, str]]:
    """The columns that were read, as the queue and the lake have them."""
    for name, value in zip(event.__struct_fields__, msgspec.structs.astuple(event), strict=True):
        if value is not None and name not in {"body", "offset"}:
            yield name, (_EPOCH + dt.timedelta(microseconds=value)).isoformat() if name == "at" else str(value)


def _curl(request: Request, outcome: Outcome, raw: bytes, tag: str | None, address: str) -> str:
    """The command that sends the event again; empty where no command line takes it. The token is not in it."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return ""
    if len(text) > _LONGEST or "\0" in text:
        return ""
    path = f"{address}/submit/{request.namespace}/{outcome.id if outcome.accepted else ''}"
    parts: Sequence[str] = (
        "curl -X " + ("PUT" if outcome.accepted else "POST") + " " + shlex.quote(path),
        *(['-H "Authorization: Bearer $BALOO_TOKEN"'] if request.sender else []),
        *([f"-H 'X-Debug-ID: {tag}'"] if tag else []),
        "--data-binary " + shlex.quote(text),
    )
    return " \\\n  ".join(parts)
