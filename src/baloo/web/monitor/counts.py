"""What the server counts while it works: plain numbers, laid out only when somebody asks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from baloo.ingest.verdict import Verdict

__all__ = ["Counts", "Statuses"]

_UNKNOWN = "unknown"


class Counts:
    """What the door took in, as one of its witnesses. Names of systems and schemas are those that the registry knows."""

    def __init__(self) -> None:
        self.requests = 0
        self.bytes = 0
        self._accepted: defaultdict[tuple[str, str, str, str], int] = defaultdict(int)
        self._refused: dict[tuple[str, str | None, str | None], int] = {}
        self._suppressed: Counter[tuple[str, ...]] = Counter()

    def saw(self, verdict: Verdict, body: bytes, tag: str | None) -> None:  # noqa: ARG002 - as every witness
        """Count a request that is on disk."""
        self.requests += 1
        self.bytes += len(body)
        accepted = self._accepted
        for kind, n in verdict.kinds.items():
            accepted[kind] += n
        refusals = verdict.refusals
        if refusals:
            refused = self._refused
            for refusal in refusals:
                key = (refusal.slug, refusal.system, refusal.schema)
                refused[key] = refused.get(key, 0) + 1

        if verdict.suppressed:
            self._suppressed.update(verdict.suppressed)

    @property
    def received(self) -> int:
        """How many events came: accepted, refused or suppressed."""
        return sum(sum(counted.copy().values()) for counted in (self._accepted, self._refused, self._suppressed))

    def accepted(self) -> dict[tuple[str, ...], int]:
        """Accepted events by (system, schema)."""
        return _summed(((system, schema), n) for (system, _, schema, _), n in self._accepted.copy().items())

    def refused(self) -> dict[tuple[str, ...], int]:
        """Refused events by (reason, system, schema)."""
        return _summed(
            ((slug, system or _UNKNOWN, schema or _UNKNOWN), n) for (slug, system, schema), n in self._refused.copy().items())

    def suppressed(self) -> dict[tuple[str, ...], int]:
        """Suppressed events by (system, schema)."""
        return dict(sorted(self._suppressed.copy().items()))


class Statuses:
    """Answers of the pages and the API, by (part, status)."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, int]] = Counter()

    def counting(self, app: ASGIApp) -> ASGIApp:
        """`app`, with its answers counted."""

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            part = _part(scope["path"])

            async def out(message: Message) -> None:
                if message["type"] == "http.response.start":
                    self.counts[part, message["status"]] += 1
                await send(message)

            await app(scope, receive, out)

        return counted


def _part(path: str) -> str:
    """The part of the house that a path belongs to: one of five, whatever is asked for."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    if first in {"api", "data"}:
        return "api"
    if first in {"health", "metrics"}:
        return "watch"
    return first if first in {"static", "live"} else "pages"


def _summed(pairs: Iterable[tuple[tuple[str, ...], int]]) -> dict[tuple[str, ...], int]:
    found: Counter[tuple[str, ...]] = Counter()
    for key, n in pairs:
        found[key] += n
    return dict(sorted(found.items()))
