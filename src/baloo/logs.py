"""Logs: one JSON object a line on stderr, or plain text in a terminal. No names, addresses or tokens.

What an error says may repeat what somebody sent, so of an error only its kind is written, and the places in the code that it came
through; the words of an error of ours stand, for they repeat nothing.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
import traceback
from typing import Any, Final

from baloo.errors import BalooError, ExitCode, InputError, in_words, nearest

__all__ = ["FORMS", "log", "said", "set_up"]

FORMS: Final = ("auto", "json", "plain")
"""How logs may be written: `auto` is plain in a terminal, else JSON."""

_HIDDEN = re.compile(r"baloo_[\w-]{8,}|[^\s@\"'<>]+@[^\s@\"'<>]+\.[^\s@\"'<>]+")  # tokens, and addresses of mail
_baloo = logging.getLogger("baloo")


def set_up(form: str = "auto") -> None:
    """Have everything that this process logs written in one form. Raises InputError for one that is none of FORMS."""
    if form not in FORMS:
        close = nearest(form, FORMS)
        raise InputError(
            f"`{form}` is no way to write logs.{f' Did you mean `{close}`?' if close else ''}", where="log",
            remedy=f"Write one of {', '.join(FORMS)}.",
        )  # fmt: skip
    plain = form == "plain" or (form == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Plain() if plain else _Lines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _baloo.setLevel(logging.INFO)
    logging.captureWarnings(capture=True)
    sys.excepthook = lambda kind, error, trace: _baloo.critical("stopped by a fault", exc_info=(kind, error, trace))
    threading.excepthook = lambda given: _baloo.critical("a thread was stopped by a fault", exc_info=given.exc_value)


def log(event: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write one line: what happened, and facts about it."""
    _baloo.log(level, event, extra={"facts": fields})


def said(error: Exception) -> ExitCode:
    """Write down what ends this process, and give the exit code that follows. Raises an error that has no words for people."""
    known = in_words(error)
    if known is None:
        raise error
    log(f"baloo: {known}", level=logging.ERROR, slug=known.slug)
    return known.exit_code


class _Lines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)), "level": record.levelname.lower()}
        return json.dumps(line | _facts(record), default=str, ensure_ascii=False)


class _Plain(logging.Formatter):
    """Text for people."""

    def format(self, record: logging.LogRecord) -> str:
        facts = _facts(record)
        trace = "".join(f"\n  {place}" for place in facts.pop("trace", ()))
        event = facts.pop("event")
        rest = "".join(f" {name}={value}" for name, value in facts.items() if value is not None)
        return "".join(c if c.isprintable() else "?" for c in f"{event}{rest}") + trace


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    """The event of a record and what is told of it."""
    facts: dict[str, Any] = {"event": record.getMessage().strip(), **getattr(record, "facts", {})}
    error = record.exc_info[1] if record.exc_info else None
    if error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        facts["error"] = type(error).__name__
        facts["trace"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        if isinstance(error, BalooError):
            facts["message"] = str(error)
    return {name: _HIDDEN.sub("…", value) if isinstance(value, str) else value for name, value in facts.items()}
