"""What the pages of persons are made of, and how each of them is answered."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from anyio.to_thread import run_sync
from litestar import Response

from baloo.clock import Clock
from baloo.errors import Forbidden, InputError
from baloo.metrics.persons import Did, Held, Persons
from baloo.records.store import Records
from baloo.web.pages.addresses import or_error_page, packed
from baloo.web.people.visits import Asked, Form, form_of
from baloo.web.scene import Scene
from baloo.web.site import Page, Site
from baloo.workspace import Workspace

__all__ = ["UNKEPT", "Counted", "Parts", "posted", "shown"]

UNKEPT = {"cache-control": "no-store", "x-robots-tag": "noindex"}
_GOOD_FOR = 300.0  # seconds for which what somebody held and did is remembered
_MOST = 20_000


@dataclass
class Counted:
    """What persons hold and did, remembered for some minutes: one question is as dear for hundreds as it is for two."""

    persons: Persons
    _held: dict[int, Held] = field(default_factory=dict)
    _did: dict[int, list[Did]] = field(default_factory=dict)
    _since: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def learn(self, identities: Collection[int], scene: Scene) -> None:
        """Ask about those of the identities that are not known yet, as persons and as identities."""
        with self._lock:
            if time.monotonic() - self._since > _GOOD_FOR or len(self._held) > _MOST:
                self._held, self._did, self._since = {}, {}, time.monotonic()
            new = [one for one in identities if one not in self._held]
            if new:
                held, did = self.persons.held(new, scene.today), self.persons.did(new)
                self._held |= {one: held.get(one, frozenset()) for one in new}
                self._did |= {one: did.get(one, []) for one in new}

    def knows(self, identities: Iterable[int]) -> bool:
        """Whether all of the identities were asked about of late."""
        return time.monotonic() - self._since <= _GOOD_FOR and all(one in self._held for one in identities)

    def held(self, identities: Collection[int]) -> Held:
        """What a person of these identities holds, who may have been several when it was counted."""
        return frozenset().union(*(self._held.get(one, ()) for one in identities))

    def did(self, identity: int) -> list[Did]:
        """What an identity did, most first."""
        return self._did.get(identity, [])


@dataclass(frozen=True)
class Parts:
    """What the pages ask."""

    site: Site
    records: Records
    counted: Counted
    clock: Clock
    workspace: Workspace | None = None

    def now(self) -> int:
        """This moment in microseconds since 1970."""
        return int(self.clock.now().timestamp() * 1_000_000)


async def shown(
    parts: Parts, request: Asked, make: Callable[[Scene], Page | Response[Any]],
    closed: Callable[[Scene, Forbidden], Page] | None = None,
) -> Response[Any]:
    """The answer that `make` gives in a thread: a page, made and never kept, or an answer that is ready.

    Whom it is forbidden to is shown the page `closed`; other errors have the pages that they have everywhere.
    """

    def answer() -> Response[Any]:
        scene = parts.site.scene({})
        try:
            made = make(scene)
        except Forbidden as error:
            made = closed(scene, error) if closed else _refused(scene, error)
        except InputError as error:
            made = _refused(scene, error)
        return made if isinstance(made, Response) else packed(request, parts.site.made(scene, lambda _: made), UNKEPT)

    return await or_error_page(parts.site, request, run_sync(answer))


async def posted(
    parts: Parts, request: Asked, do: Callable[[Scene, Form], Page | Response[Any]],
    closed: Callable[[Scene, Forbidden], Page] | None = None,
) -> Response[Any]:
    """The answer to a form."""
    form = await form_of(request)
    return await shown(parts, request, lambda scene: do(scene, form), closed)


def _refused(scene: Scene, error: Forbidden | InputError) -> Page:
    title = scene.words("people-refused")
    return Page("error.html", title, title, status=error.status, values={
        "headline": title, "text": error.message, "hint": error.remedy or "",
    })
