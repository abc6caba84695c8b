"""Lines of EventLogging's old logs, by the format that its processor took: `%q %{recvFrom}s %{seqId}d %D %o %u`.

    %q  the event as a query          %j  the event as JSON
    %D  the time, in ISO 8601         %t  the same, as seconds since 1970
    %u  the browser, up to a tab      %o  something to leave out, without blanks
    %{name}s  a text without blanks   %{name}i  a text up to a tab   %{name}d  a whole number

A blank of the format is any number of blanks. What the event itself says goes before what the line says around it. Each line
becomes the capsule that EventLogging's processor made of it, read by the registry's mapping of its schema; one that is none
becomes an EventError.
"""

from __future__ import annotations

import calendar
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from baloo.errors import InputError
from baloo.registry.capsule import EVENT_ERROR, capsule_uuid, event_error, unquoted
from baloo.registry.envelope import wrap
from baloo.sources.base import Chunk
from baloo.sources.files import EventsSource

__all__ = ["FORMAT", "LogSource"]

FORMAT = "%q %{recvFrom}s %{seqId}d %D %o %u"
"""The format of the logs of EventLogging's own web servers."""

_MOMENT = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}"
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode


def _seconds(text: str) -> int:
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%S"))


def _from_query(text: str) -> object:
    return _decode(unquoted(text))


_NAMED: dict[str, tuple[str, Callable[[str], object]]] = {"d": (r"\d{1,18}", int), "i": (r"[^\t]+", str), "s": (r"\S+", str)}
_FIXED: dict[str, tuple[str, str, Callable[[str], object]]] = {
    "q": ("capsule", r"\?\S+", _from_query), "j": ("capsule", r"\S+", _decode), "t": ("timestamp", _MOMENT, _seconds),
    "D": ("dt", _MOMENT, lambda text: f"{text}Z"), "u": ("userAgent", r"[^\t]+", str),
}  # fmt: skip
_SPECIFIER = re.compile(r"%(?:\{(?P<name>[A-Za-z_]\w*)\}(?P<named>[dis])|(?P<fixed>[qjtDuo]))")


class LogSource:
    """The lines of one file, plain or gzipped. Raises InputError for a format that cannot be understood."""

    def __init__(self, file: Path, form: str = FORMAT) -> None:
        self._events = EventsSource(file)
        self._pattern, self._readers = _compiled(form)
        self.key = f"log:{form}:{self._events.key}"
        self.title = file.name

    def chunks(self, done: int) -> Iterator[Chunk]:
        """Chunks of capsules in their envelopes; `done` counts lines."""
        for chunk in self._events.chunks(done):
            lines = chunk.body.decode("utf-8", "replace").split("\n")
            yield chunk._replace(body=b"\n".join(self._envelope(line.rstrip("\r")) for line in lines if line.strip()))

    def notes(self) -> list[str]:
        """Nothing to say: each line is an event."""
        return []

    def finished(self) -> None:
        """A file is read whole each time; there is no cursor."""

    def _envelope(self, line: str) -> bytes:
        found = self._pattern.match(line)
        if found is None:
            return _failed(line, "not-of-format", "The line does not have the format that was given.", {})
        around = {name: reader(found[name]) for name, reader in self._readers.items() if name != "capsule"}
        if found["capsule"].startswith("?") and not found["capsule"].endswith(";"):
            return _failed(line, "truncated", "The query is cut off.", around)
        try:
            capsule = self._readers["capsule"](found["capsule"])
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return _failed(line, "not-json", "The event is not JSON.", around)
        if not isinstance(capsule, dict):
            return _failed(line, "not-an-object", "The event is not an object.", around)
        said = {name: value for name, value in capsule.items() if name not in ("clientValidated", "isTruncated")}
        capsule = _identified(around | said)
        return wrap("eventlogging", str(capsule.get("schema")), _encode(capsule))


def _compiled(form: str) -> tuple[re.Pattern[str], dict[str, Callable[[str], object]]]:
    """The pattern of a format, and what reads each of its parts. Raises InputError."""
    readers: dict[str, Callable[[str], object]] = {}
    pattern, end = "", 0
    for part in _SPECIFIER.finditer(form):
        pattern += _between(form[end:part.start()])
        end = part.end()
        if part["fixed"] == "o":
            pattern += r"\S+"
            continue
        name, regex, reader = _FIXED[part["fixed"]] if part["fixed"] else (part["name"], *_NAMED[part["named"]])
        if name in readers:
            raise InputError(f"`{name}` stands in the format twice.", where="--format", remedy="Say `%o` for one of them.")
        readers[name] = reader
        pattern += f"(?P<{name}>{regex})"
    if "capsule" not in readers:
        raise InputError("The format has no event.", where="--format", remedy=f"Say `%q` or `%j`, as in `{FORMAT}`.")
    return re.compile(pattern + _between(form[end:])), readers


def _between(text: str) -> str:
    if "%" in text:
        raise InputError("The format has a `%` that means nothing.", where="--format", remedy=f"Write it like `{FORMAT}`.")
    return re.sub(r"(\\ )+", r"\\s+", re.escape(text))


def _failed(line: str, slug: str, message: str, around: dict[str, Any]) -> bytes:
    return wrap("eventlogging", EVENT_ERROR, _encode(_identified(event_error(line, message, around))), slug)


def _identified(capsule: dict[str, Any]) -> dict[str, Any]:
    """The capsule with its UUID, where the three things that make it are there."""
    moment = capsule.get("dt")
    if moment is None and isinstance(capsule.get("timestamp"), int):
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(capsule["timestamp"]))
    if moment is None or "recvFrom" not in capsule or "seqId" not in capsule:
        return capsule
    return capsule | {"uuid": capsule_uuid(capsule["recvFrom"], capsule["seqId"], moment)}
