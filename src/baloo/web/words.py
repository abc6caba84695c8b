"""Every word that a page shows, from the Fluent catalogues in `locales/`, and numbers and days as people write them."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from importlib import resources

from babel.dates import format_date, format_datetime, format_skeleton
from babel.lists import format_list
from babel.numbers import format_decimal
from fluent.runtime import FluentBundle, FluentResource

__all__ = ["Words", "words_in"]

_REGIONS = {"en": "en_GB"}  # whose way of writing days and numbers a language takes


class Words:
    """The words of one language: `words("home-answer-yes", n=1204)`."""

    def __init__(self, locale: str) -> None:
        self.locale = locale
        self.region = _REGIONS[locale]
        self._bundle = FluentBundle([self.region.replace("_", "-")], use_isolating=False)
        for file in sorted(_catalogue(locale), key=lambda f: f.name):
            self._bundle.add_resource(FluentResource(file.read_text("utf-8")))

    def __call__(self, name: str, **values: str | int) -> str:
        """The text of message `name`. Raises LookupError for an unknown name, and where the text asks for a value not given."""
        message = self._bundle.get_message(name) if self._bundle.has_message(name) else None
        if message is None or message.value is None:
            raise LookupError(f"There are no words for `{name}` in `{self.locale}`.")
        text, errors = self._bundle.format_pattern(message.value, values)
        if errors:
            raise LookupError(f"The words for `{name}` are not whole: {errors[0]}")
        return str(text)

    def number(self, n: int) -> str:
        """A whole number with its separators: 1,204."""
        return _number(n, self.region)

    def day(self, day: dt.date) -> str:
        """A day: 22 November 2026."""
        return _day(day, self.region)

    def month(self, day: dt.date) -> str:
        """The month of a day: November 2026."""
        return str(format_skeleton("yMMMM", day, locale=self.region))

    def listed(self, parts: Sequence[str]) -> str:
        """Several things: one, two and three."""
        return str(format_list(list(parts), locale=self.region)) if parts else ""

    def moment(self, moment: dt.datetime) -> str:
        """A moment in UTC: Sunday 22 November 2026, 06:00 UTC."""
        return str(format_datetime(moment, "EEEE d MMMM y, HH:mm 'UTC'", locale=self.region))


@functools.cache
def words_in(locale: str = "en") -> Words:
    """The words of a language, read once."""
    return Words(locale)


@functools.lru_cache(8192)
def _number(n: int, region: str) -> str:
    return str(format_decimal(n, locale=region))


@functools.lru_cache(8192)
def _day(day: dt.date, region: str) -> str:
    return str(format_date(day, "d MMMM y", locale=region))


def _catalogue(locale: str) -> list[resources.abc.Traversable]:
    folder = resources.files("baloo.web") / "locales" / locale
    return [file for file in folder.iterdir() if file.name.endswith(".ftl")]
