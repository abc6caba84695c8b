"""A house whose areas are logged for by hand, with fictional people, and its book."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from baloo.access.sessions import Sessions
from baloo.logbook.book import Book
from baloo.logbook.places import place
from baloo.metrics.persons import Persons
from baloo.metrics.questions.reader import Connection
from baloo.registry import load
from baloo.settings import load_settings
from baloo.web.logbook.routes import routes
from baloo.web.people.parts import Counted, Parts
from baloo.web.renderer import LocalRenderer
from baloo.web.site import Site
from house import House
from pretend import PretendAnswers

__all__ = ["TODAY", "ByHand", "writing"]

TODAY = dt.date(2026, 11, 22)
REGISTRY = {
    "community.yaml": "community: marula\ntitle: Marula\n",
    "schemas/adhoc.yaml": (
        "schema: adhoc\nversion: 1\nfields:\n  area: {type: text, dimension: true}\n  type: {type: text, dimension: true}\n"
        "  description: text\n  logged_by: text\n  private: boolean\n  locale: text\nrequired: [area]\n"
    ),
    "systems/adhoc.yaml": (
        "system: adhoc\ntitle: By hand\nowner: adhoc@example.org\nmanual: true\nkinds:\n  adhoc.contribution:\n"
        "    title: Did something\n    schema: adhoc\n    natural_key: [area, type, actor, day, description, object]\n"
    ),
    "systems/forum.yaml": (
        "system: forum\ntitle: The forum\nowner: forum@example.org\nkinds: {forum.answer: Answered a question}\n"
    ),
    "areas/areas.yaml": (
        "- area: legal\n  title: Legal\n  owner: legal@example.org\n  counts: [{system: adhoc, where: {area: legal}}]\n"
        "  log: {types: {review: Reviewed a text, advice: Gave advice}, private: true}\n"
        "  pathway: [{point: helped, level: active, when: {at_least: 1, within: 12 months}}]\n"
        "- area: words\n  title: Words\n  owner: words@example.org\n"
        "  counts: [{system: forum}, {system: adhoc, where: {area: words}}]\n"
        "  log: {types: {translation: Translated a text}, needs: [locale, link]}\n"
        "  pathway: [{point: helped, level: active, when: {at_least: 2, within: 12 months}}]\n"
    ),
}
_ANSWERS = [
    {"schema": "contribution", "version": 1, "at": "2026-11-02T10:00:00Z", "system": "forum", "kind": "forum.answer",
     "object": "https://forum.example.org/1", "actor": {"account": "17", "username": "ama", "name": "Ama Mensah",
                                                        "email": "ama@example.org"}},
    {"schema": "contribution", "version": 1, "at": "2026-11-03T10:00:00Z", "system": "forum", "kind": "forum.answer",
     "actor": {"account": "18", "username": "jun", "name": "Jun Ito"}},
]


class ByHand(House):
    """Two areas, Legal and Words, and a forum where Ama and Jun answered."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, TODAY)
        for name, text in REGISTRY.items():
            (self.workspace.registry / name).write_text(text, "utf-8")
        self.open()
        self.registry = load(self.workspace.registry)
        self.legal, self.words = place(self.registry, "legal"), place(self.registry, "words")
        assert self.send("\n".join(map(json.dumps, _ANSWERS))) == 0
        self.load()
        self.book = Book(self.workspace, self._parts.records, lambda: self.registry, self.clock)

    def active(self, area: str) -> int:
        """How many are active in an area, after all that waits was loaded and counted."""
        self.load()
        self.refresh()
        held = {person for scope, measure, person, since, until in self.rows()
                if scope == f"area:{area}" and measure == "active" and since <= TODAY < until}
        return len(held)


def writing(house: ByHand) -> tuple[Parts, Sessions, list[Any]]:
    """What the pages of loggers are made of, over a house: parts, sessions, and the handlers besides those of signing in."""
    settings = load_settings(Path("none.toml"), {})
    site = Site(settings, lambda: house.registry, PretendAnswers, house.clock, LocalRenderer())  # type: ignore[arg-type]
    counted = Counted(Persons(house.workspace.derived, Connection()))
    parts = Parts(site, house.book.records, counted, house.clock, house.workspace)
    return parts, Sessions(house.book.records), routes(parts, house.book)
