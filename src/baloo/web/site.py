"""The pages as a whole: from an address to bytes, made once for each state of what was counted."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from baloo.clock import Clock
from baloo.errors import InputError, nearest
from baloo.metrics.answers import Answers, NothingCounted
from baloo.registry.model import Registry
from baloo.settings import Settings
from baloo.watch.heard import Heard
from baloo.watch.runs import Runs
from baloo.web.assets import build
from baloo.web.reached import Reached
from baloo.web.renderer import LocalRenderer
from baloo.web.scene import Scene, Waiting
from baloo.web.words import words_in

__all__ = ["Moved", "Page", "Raw", "Reply", "Show", "Site"]

_CACHE_BYTES = 16 * 1024 * 1024  # of packed pages and figures


@dataclass(frozen=True, slots=True)
class Page:
    """What a page shows: its template and the values that stand in it. `section` is the menu's word that it belongs to.

    `headers` are those that it has besides, or in place of, what every page has.
    """

    template: str
    title: str
    description: str
    section: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Raw:
    """A file that is not a page, such as a figure's CSV; `name` is the file name that a browser offers."""

    body: bytes
    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Moved:
    """The page stands elsewhere now, for ever."""

    path: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer ready to be sent. `packed` is the body under gzip; files that do not shrink are kept plain."""

    status: int
    type: str
    packed: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Show: TypeAlias = "Callable[[Scene], Page | Raw | Moved]"


class Site:
    """Makes pages of the present answers. Safe to use from many threads; one page is made at a time."""

    def __init__(
        self, settings: Settings, registry: Callable[[], Registry], answers: Callable[[], Answers], clock: Clock,
        renderer: LocalRenderer, files: Path = Path(), waiting: Callable[[], Sequence[Waiting]] = tuple,
        heard: Callable[[], Heard] = Heard, read: Callable[[], Runs] = Runs,
    ) -> None:
        self.settings = settings
        self.reached = Reached(settings["address"])
        self.renderer = renderer
        self._files = files
        self._waiting = waiting
        self._heard = heard
        self._read = read
        self._registry = registry
        self._answers = answers
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Reply] = OrderedDict()
        self._size = 0
        self._state = ""
        self._build = build() + hashlib.sha256(repr(sorted(settings.values.items())).encode()).hexdigest()[:6]

    def registry(self) -> Registry:
        """The registry in force. Raises RegistryError."""
        return self._registry()

    def today(self) -> dt.date:
        """The UTC date of this moment."""
        return self._clock.today()

    def etag(self) -> str:
        """The mark of the present state: what was counted, the registry, the day, and this version of the pages."""
        try:
            version = str(self._answers().stamp.version)
        except NothingCounted:
            version = "none"
        return f'W/"{version}-{self._registry().hash[:12]}-{self._clock.today():%Y%m%d}-{self._build}"'

    def known(self, address: str, etag: str) -> Reply | None:
        """The reply for an address (path and query), where it was made in the state that `etag` marks."""
        return self._known.get(address) if self._state == etag else None

    def make(self, address: str, query: Mapping[str, str], show: Show) -> Reply:
        """Make a reply and keep it. Raises UnknownName and InputError for what is not there, and whatever `show` raises."""
        with self._lock:
            state = self.etag()
            reply = self.known(address, state)
            if reply is None:
                reply = self.made(self.scene(query), show)
                self._keep(address, reply, state)
            return reply

    def scene(self, query: Mapping[str, str]) -> Scene:
        """What a page is made with, for the day and people that the query asks for. Raises InputError."""
        today = self._clock.today()
        _check(query)
        as_of, staff, ahead = _day(query.get("as_of"), today), _said(query, "staff", "yes"), _said(query, "ahead", "no")
        if ahead and as_of != today:
            raise InputError("`ahead` looks on from today, of which `as_of` is another day.", remedy="Ask for one of the two.")
        return Scene(
            self._answers, self._registry(), self.settings, self.renderer, words_in(), today, as_of, staff, ahead,
            self._files, self._waiting, self._heard, self._read,
        )

    def made(self, scene: Scene, show: Show) -> Reply:
        """Make a reply without keeping it."""
        from baloo.web.pages.templates import rendered  # noqa: PLC0415 - templates ask for the site's parts

        shown = show(scene)
        if isinstance(shown, Moved):
            return Reply(301, "text/plain", gzip.compress(b""), {"location": shown.path})
        if isinstance(shown, Raw):
            headers = {"content-disposition": f'inline; filename="{shown.name}"'}
            return Reply(200, shown.type, gzip.compress(shown.body, 6, mtime=0), headers)
        html = rendered(shown, scene)
        return Reply(shown.status, "text/html", gzip.compress(html.encode(), 6, mtime=0), shown.headers)

    def _keep(self, address: str, reply: Reply, state: str) -> None:
        if state != self._state:
            self._known.clear()
            self._size, self._state = 0, state
        self._known[address] = reply
        self._size += len(reply.packed)
        while self._size > _CACHE_BYTES:
            _, oldest = self._known.popitem(last=False)
            self._size -= len(oldest.packed)


_KEYS = ("ahead", "as_of", "staff")


def _check(query: Mapping[str, str]) -> None:
    for key in query:
        if key not in _KEYS:
            close = nearest(key, _KEYS)
            hint = f"Did you mean `{close}`?" if close else f"Known are `{'`, `'.join(_KEYS)}`."
            raise InputError(f"This page knows no `{key}`.", remedy=hint)


def _said(query: Mapping[str, str], key: str, usual: str) -> bool:
    said = query.get(key, usual)
    if said not in {"yes", "no"}:
        raise InputError(f"`{key}` is `yes` or `no`, not `{said}`.")
    return said == "yes"


def _day(text: str | None, today: dt.date) -> dt.date:
    if not text:
        return today
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise InputError(f"`as_of` is a day such as `{today}`, not `{text}`.") from None
    if not dt.date(1970, 1, 1) <= day <= today:
        raise InputError(f"`as_of` lies between 1970-01-01 and {today}, not on {day}.")
    return day
