"""What a page is made with: the answers of one state, the registry, the words, and the day and people that are asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol

from baloo.charts import Drawing, Picture
from baloo.charts.picture import Size
from baloo.metrics.answers import Answers, NothingCounted, Row
from baloo.registry.model import Registry
from baloo.settings import Settings
from baloo.watch.heard import Heard
from baloo.watch.runs import Runs
from baloo.web import scope as scopes
from baloo.web.few import Few
from baloo.web.renderer import LocalRenderer
from baloo.web.scope import Scope
from baloo.web.tables import Cell
from baloo.web.words import Words

__all__ = ["SIZES", "Scene", "Waiting"]

SIZES: tuple[Size, ...] = ("wide", "narrow")


class Waiting(Protocol):
    """A group of refused events: `baloo.ingest.quarantine.Group`."""

    @property
    def slug(self) -> str:
        """Why they were refused."""
        ...

    @property
    def system(self) -> str | None:
        """Whose they are, where that could be read."""
        ...

    @property
    def count(self) -> int:
        """How many wait."""
        ...


@dataclass(frozen=True)
class Scene:
    """One visit. `as_of` is the day asked for; without `staff` nobody counts who is paid by the community.

    With `ahead` lines of people go on behind today, as they would if nobody did anything more.
    """

    source: Callable[[], Answers]
    registry: Registry
    settings: Settings
    renderer: LocalRenderer
    words: Words
    today: dt.date
    as_of: dt.date
    staff: bool = True
    ahead: bool = False
    files: Path = field(default_factory=Path)  # the registry's folder
    waiting: Callable[[], Sequence[Waiting]] = tuple  # what is in quarantine
    heard: Callable[[], Heard] = Heard  # whose history is in, and who pushes
    read: Callable[[], Runs] = Runs  # when sources were read
    _begun: dict[int, Callable[[], tuple[Drawing, ...]]] = field(default_factory=dict)

    @cached_property
    def answers(self) -> Answers:
        """The answers, the same for the whole visit. Raises NothingCounted."""
        return self.source()

    @cached_property
    def counted(self) -> bool:
        """Whether anything is counted yet."""
        try:
            return bool(self.answers)
        except NothingCounted:
            return False

    @cached_property
    def few(self) -> Few:
        """Which numbers are of too few people to be shown."""
        return Few.of(self.settings)

    @property
    def whole(self) -> Scope:
        """The community."""
        return scopes.community(self.registry)

    @property
    def year_ago(self) -> dt.date:
        """The same day a year before `as_of`; 28 February for a 29th."""
        try:
            return self.as_of.replace(year=self.as_of.year - 1)
        except ValueError:
            return self.as_of.replace(year=self.as_of.year - 1, day=28)

    @property
    def query(self) -> str:
        """What is asked for besides the page, as the end of an address; empty where all is as usual."""
        return self.query_with()

    def query_with(self, *, staff: bool | None = None, ahead: bool | None = None) -> str:
        """The same, with another choice of staff or of what lies ahead."""
        asked = ["ahead=yes"] if (self.ahead if ahead is None else ahead) else []
        asked += [f"as_of={self.as_of}"] if self.as_of != self.today else []
        asked += [] if (self.staff if staff is None else staff) else ["staff=no"]
        return "?" + "&".join(asked) if asked else ""

    def people(self, scope: Scope, *, level: str = "active", as_of: dt.date | None = None) -> int | None:
        """How many hold a level in a scope; None where there is no number, and 0 to 4 as they are: show them with `shown`."""
        return self.answers.count(scope.name, level, as_of=as_of or self.as_of, staff=self.staff).value

    def weeks(self, scope: Scope, start: dt.date) -> Sequence[Row]:
        """The counts at the end of each week from `start` on, and at the day asked for."""
        return self.answers.series(scope.name, "active", start, self.as_of, "week", staff=self.staff)

    def weeks_ahead(self, scope: Scope) -> Sequence[Row]:
        """The counts at the end of each week of the coming year, if nobody did anything more; none where nobody asks for them."""
        return self.answers.lapse(scope.name, staff=self.staff) if self.ahead else ()

    def begin(self, picture: Picture | None) -> None:
        """Begin to draw a picture that the page will show, beside the questions that are still to be asked."""
        if picture is not None:
            self._begun[id(picture)] = self.renderer.begin(picture, SIZES)

    def drawn(self, picture: Picture) -> tuple[Drawing, ...]:
        """The drawings of a picture, one for each of `SIZES`."""
        begun = self._begun.pop(id(picture), None)
        return begun() if begun else self.renderer.draw(picture, SIZES)

    def hides(self, n: int | None) -> bool:
        """Whether a number is of so few people that it is not shown."""
        return self.few.hides(n)

    def shown(self, n: int | None) -> str:
        """A number of people as a page shows it."""
        if n is None:
            return self.words("no-number")
        return self.words("few", k=self.few.k) if self.hides(n) else self.words.number(n)

    def cell(self, n: int | None, href: str | None = None) -> Cell:
        """A number of people as a cell."""
        return Cell(self.shown(n), self.shown(n) if self.hides(n) else n, href)

    def day(self, day: dt.date) -> Cell:
        """A day as a cell."""
        return Cell(self.words.day(day), day.isoformat())
