"""Logs: one JSON object a line, or text for people; nobody's name, address or token."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from baloo.errors import InputError
from baloo.logs import log, set_up

TOKEN = "baloo_" + "A1b-" * 10


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        """Whether somebody reads along."""
        return True


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., str]]:
    """Set logs up, write, and give what came out; afterwards everything is as it was."""
    root, baloo = logging.getLogger(), logging.getLogger("baloo")
    before = list(root.handlers), root.level, baloo.level
    hooks = sys.excepthook, threading.excepthook

    def written(write: Callable[[], None], form: str = "json", stream: io.StringIO | None = None) -> str:
        stream = stream or io.StringIO()
        monkeypatch.setattr(sys, "stderr", stream)
        set_up(form)
        write()
        return stream.getvalue()

    yield written
    root.handlers[:], root.level, baloo.level = before
    sys.excepthook, threading.excepthook = hooks
    logging.captureWarnings(capture=False)


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def _fail() -> None:
    raise ValueError(f"ama@example.org said {TOKEN}")


def test_a_line_is_an_object(written: Callable[..., str]):
    """With its moment, level, event, and the facts that were given."""
    (line,) = _lines(written(lambda: log("loaded", events=7, where=None)))

    assert line.pop("at").endswith("Z")
    assert line == {"level": "info", "event": "loaded", "events": 7, "where": None}


@pytest.mark.parametrize(("form", "stream", "plain"), [
    ("auto", io.StringIO, False), ("auto", Terminal, True), ("json", Terminal, False), ("plain", io.StringIO, True),
])  # fmt: skip
def test_people_get_text(form: str, stream: type[io.StringIO], plain: bool, written: Callable[..., str]):
    """In a terminal, or where it is asked for."""
    text = written(lambda: log("loaded", events=7, where=None), form, stream())

    assert plain is (text == "loaded events=7\n")


def test_a_line_stays_a_line(written: Callable[..., str]):
    """What somebody sent cannot write a line of its own."""
    def write() -> None:
        logging.getLogger("any").warning("path %s", 'a\r\n{"event": "b"}\x1b[2J')

    assert len(written(write).splitlines()) == len(written(write, "plain").splitlines()) == 1
    assert "\x1b" not in written(write, "plain")


def test_nothing_personal_is_written(written: Callable[..., str]):
    """Addresses of mail and tokens are hidden wherever they stand; of an error stands its kind and where, not its words."""
    def write() -> None:
        log(f"of ama@example.org with {TOKEN}", to="jun.o'neil@mail.example.org", header=f"Bearer {TOKEN}")
        try:
            _fail()
        except ValueError:
            logging.getLogger("any").exception("page failed")

    text = written(write)

    assert "ama" not in text
    assert "example.org" not in text
    assert TOKEN[6:] not in text
    failed = _lines(text)[1]
    assert (failed["event"], failed["error"]) == ("page failed", "ValueError")
    assert failed["trace"][-1].endswith(" _fail")


def test_what_nobody_foresaw_is_a_line_too(written: Callable[..., str]):
    """In the first thread and in others."""
    def write() -> None:
        try:
            _fail()
        except ValueError as error:
            sys.excepthook(ValueError, error, error.__traceback__)
        thread = threading.Thread(target=_fail)
        thread.start()
        thread.join()

    assert [line["error"] for line in _lines(written(write))] == ["ValueError"] * 2


def test_the_words_of_our_own_errors_stand(written: Callable[..., str]):
    """They repeat nothing of what was sent."""
    def write() -> None:
        logging.getLogger("any").error("refused", exc_info=InputError("The body is empty.", remedy="Send one."))

    assert _lines(written(write))[0]["message"] == "The body is empty. Send one."


def test_another_form_is_refused():
    """With the nearest one."""
    with pytest.raises(InputError, match="Did you mean `json`"):
        set_up("jsn")
