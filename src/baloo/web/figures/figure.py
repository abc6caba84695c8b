"""A figure: its finding, its picture, its table and its notes; and the kinds of figures by name."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from baloo.charts import Picture
from baloo.web.tables import Table

__all__ = ["Figure", "Note"]


@dataclass(frozen=True, slots=True)
class Note:
    """What happened on a day, as the list below a figure says it."""

    day: str
    text: str
    href: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """`title` is the finding, `label` what a screen reader hears in place of the picture, `subject` ends "CSV of …".

    `picture` is None where the page draws the table alone. `start` and `end` are the days that it tells of.
    """

    slug: str
    title: str
    text: str
    label: str
    subject: str
    table: Table
    start: dt.date
    end: dt.date
    picture: Picture | None = None
    notes: tuple[Note, ...] = ()
    heat: bool = False  # whether the cells of the table are shaded by their numbers of a hundred
