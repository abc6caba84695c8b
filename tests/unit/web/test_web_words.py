"""The catalogue: every word that is used is there, and every word that is there is used."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax.ast import Message

from baloo.web.words import words_in

_WEB = Path(str(resources.files("baloo.web")))


def _defined() -> dict[str, str]:
    found: dict[str, str] = {}
    for file in sorted((_WEB / "locales" / "en").glob("*.ftl")):
        for entry in FluentParser().parse(file.read_text("utf-8")).body:
            assert type(entry).__name__ != "Junk", f"{file.name}: {entry.content}"
            if isinstance(entry, Message):
                assert entry.id.name not in found, f"{entry.id.name} stands twice"
                found[entry.id.name] = file.name
    return found


def _sources() -> str:
    files = [
        *_WEB.glob("*.py"), *(_WEB / "pages").glob("*.py"), *(_WEB / "figures").glob("*.py"),
        *(_WEB / "live").glob("*.py"), *(_WEB / "people").glob("*.py"), *(_WEB / "signin").glob("*.py"),
        *(_WEB / "logbook").glob("*.py"),
        *(_WEB / "templates").glob("*.html"),
    ]
    return "\n".join(file.read_text("utf-8") for file in files)


def test_every_word_used_is_defined() -> None:
    """Each name that a page or template asks the catalogue for is in it."""
    used = set(re.findall(r"""\b(?:w|words|words_in\(\)|scene\.words)\(\s*["']([a-z-]+)["']""", _sources()))

    assert used <= set(_defined())
    assert len(used) > 100


def test_every_word_defined_is_used() -> None:
    """No name of the catalogue is left over."""
    sources = _sources() + "".join(file.read_text("utf-8") for file in (_WEB / "locales" / "en").glob("*.ftl"))
    quoted = set(re.findall(r"""["']([a-z][a-z-]+)["']""", sources)) | set(re.findall(r"\{ ([a-z][a-z-]+) \}", sources))

    assert set(_defined()) <= quoted


def test_templates_have_no_words_of_their_own() -> None:
    """Between the tags of a template stand only values and marks."""
    for file in (_WEB / "templates").glob("*.html"):
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", file.read_text("utf-8"), flags=re.DOTALL)
        text = re.sub(r"<code>.*?</code>|<[^>]*>", " ", text, flags=re.DOTALL)
        assert not re.findall(r"[A-Za-z]{2,}", text), file.name


def test_an_unknown_word_is_an_error() -> None:
    """A name that is not there, or a value that is not given, raises instead of showing its name."""
    words = words_in()

    with pytest.raises(LookupError):
        words("no-such-words")
    with pytest.raises(LookupError):
        words("home-answer-yes")


def test_numbers_and_days_read_as_people_write_them() -> None:
    """Thousands are parted, small numbers spelt, days written out."""
    import datetime as dt  # noqa: PLC0415

    words = words_in()

    assert words.number(1204) == "1,204"
    assert words("spelt", n=12) == "twelve"
    assert words("spelt", n=1304) == "1,304"
    assert words.day(dt.date(2026, 11, 22)) == "22 November 2026"
    assert words.listed(["a", "b", "c"]) == "a, b and c"
