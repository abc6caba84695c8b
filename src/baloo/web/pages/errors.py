"""The pages for what is not there, cannot be asked, or broke."""

from __future__ import annotations

from baloo.errors import InputError, UnknownName
from baloo.web.site import Page
from baloo.web.words import words_in

__all__ = ["broken", "empty", "missing", "refused", "wrong_method"]


def _page(status: int, headline: str, text: str, hint: str = "") -> Page:
    return Page("error.html", headline, text, values={"headline": headline, "text": text, "hint": hint}, status=status)


def empty() -> Page:
    """Nothing was counted so far."""
    words = words_in()
    return _page(200, words("empty-title"), words("empty-text"), words("empty-remedy"))


def missing(error: UnknownName | None) -> Page:
    """No page at this address; with a name that is close to the one asked for."""
    words = words_in()
    return _page(404, words("missing-title"), words("missing-text"), str(error) if error else "")


def wrong_method() -> Page:
    """A page that is there, asked for with a method that it does not take."""
    words = words_in()
    return _page(405, words("method-title"), words("method-text"))


def refused(error: InputError) -> Page:
    """The query of the address cannot be read."""
    return _page(400, words_in()("refused-title"), error.message, error.remedy or "")


def broken(reference: str, status: int) -> Page:
    """Our fault; `reference` stands in the log too."""
    words = words_in()
    return _page(status, words("broken-title"), words("broken-text", reference=reference))
