"""What a form of a logger says, and what stands in the form again when it is shown anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup
from sqlalchemy.exc import SQLAlchemyError

from baloo.errors import BalooError, InputError, StorageFull, in_words
from baloo.logbook.book import Book
from baloo.logbook.contributors import Contributor, Found, chosen, named, search
from baloo.logbook.entry import LONGEST, Fault, typed_fields
from baloo.logbook.found import Already, Stood
from baloo.logbook.places import Place
from baloo.web.people.visits import Form, first

__all__ = ["NEW", "NOT_KEPT", "SAME", "Shape", "Typed", "look", "person_of", "typed"]

SAME, NEW = "same", "new"  # who did it: as the entry has it, and somebody who is not known
NOT_KEPT: tuple[type[Exception], ...] = (InputError, StorageFull, OSError, SQLAlchemyError)
"""What may go wrong when an entry is kept, and is told above the form, which keeps what was typed."""
_PERSON = ("person", "name", "email")


@dataclass
class Typed:
    """The fields of a form as they were typed, what is wrong with them, who was found, and what there is already."""

    said: dict[str, str]
    faults: list[Fault] = field(default_factory=list)
    found: Sequence[Found] = ()
    looked: bool = False
    already: Sequence[Already] = ()
    status: int = 200

    def fault(self, name: str) -> str:
        """What is wrong with a field, in a sentence or two; empty where nothing is."""
        return " ".join(f"{one.message} {one.remedy}".strip() for one in self.faults if one.field == name)

    def told(self, name: str, *, helped: bool = False) -> Markup:
        """The attributes by which a field says what is wrong with it, and what helps with it."""
        wrong = bool(self.fault(name))
        by = " ".join([f"{name}-fault"] * wrong + [f"{name}-help"] * helped)
        described = Markup(' aria-describedby="{}"').format(by) if by else Markup()
        return Markup(' aria-invalid="true"') * wrong + described

    def refuse(self, faults: Sequence[Fault], status: int = 400) -> None:
        """Note what is wrong; the page is shown again."""
        self.faults += faults
        self.status = status

    def failed(self, error: Exception) -> None:
        """Note why nothing was kept. Raises the error itself where nobody who types can do anything about it."""
        told = in_words(error)
        if told is None:
            raise error
        self.refuse([Fault(told.where if told.where in self.said else "", told.message, told.remedy or "")], _status(told))


@dataclass(frozen=True)
class Shape:
    """The fields of an area's form, which `typed` reads."""

    place: Place

    @property
    def fields(self) -> tuple[str, ...]:
        """Their names."""
        return (*typed_fields(self.place), *_PERSON)

    def fresh(self, today: str) -> Typed:
        """An empty form."""
        said = dict.fromkeys(self.fields, "")
        return Typed(said | {"date": today, "private": "yes" if self.place.log.private else ""})

    def of(self, stood: Stood) -> Typed:
        """The form of an entry as it stands."""
        entry = stood.entry
        said = {"date": entry.day.isoformat(), "type": entry.type, "text": entry.text, "link": entry.link,
                "private": "yes" if entry.private else "", "person": SAME, **dict(entry.more)}
        return Typed(dict.fromkeys(self.fields, "") | said)


def typed(shape: Shape, form: Form) -> Typed:
    """What a form says. One character more than a field may have is kept, so that its length is told."""
    return Typed({name: first(form, name, LONGEST.get(name, 200) + 1) for name in shape.fields})


def person_of(book: Book, form: Typed) -> Contributor | None:
    """Who it was, as far as the form says; None where somebody is to be chosen, or where it stays who it is.

    Whom a form does not choose is looked for. Notes what is wrong.
    """
    said = form.said
    if said["person"] == SAME:
        return None
    try:
        if said["person"].isascii() and said["person"].isdigit() and len(said["person"]) < 19:
            return chosen(book.records, int(said["person"]))
        if said["person"] == NEW and (said["name"] or said["email"]):
            return named(book.records, f"{said['name']} <{said['email']}>" if said["email"] else said["name"])
    except InputError as error:
        form.refuse([Fault("who", error.message, error.remedy or "")])
        return None
    look(book, form)
    form.refuse([Fault("who", "It does not say who it was.", "Look for them, and choose one, or write who is new.")])
    return None


def look(book: Book, form: Typed) -> None:
    """Look for whom a form names; where nobody is found, what was typed is offered as the name or address of somebody new."""
    text = form.said["who"]
    form.looked, form.found = bool(text), search(book.records, text)
    field = "email" if "@" in text else "name"
    if not form.found and ":" not in text and not form.said[field]:
        form.said[field] = text
    if len(form.found) == 1 and not form.said["person"]:
        form.said["person"] = str(form.found[0].person)


def _status(error: BalooError) -> int:
    return error.status if error.status != 500 else 503
