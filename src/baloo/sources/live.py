"""A live system as a source: what its recipe walks, in envelopes; where the walk stands is noted when it is durable."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import msgspec

from baloo.errors import InputError
from baloo.registry.envelope import wrap
from baloo.sources.api import Api, TooManyPages
from baloo.sources.base import CHUNK_EVENTS, Chunk
from baloo.sources.files import EventsSource
from baloo.sources.journal import Journal
from baloo.sources.recipe import Cursor, Page, Recipe

__all__ = ["DumpSource", "LiveSource", "enveloped"]

_ROOM = 512 << 10  # bytes of a chunk
_DAY = len("2024-01-01")
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


class LiveSource:
    """One system that is asked over HTTP. `mapping` names the mapping of its records; without a journal nothing is noted."""

    def __init__(
        self, recipe: Recipe, api: Api, *, mapping: str, journal: Journal | None, since: str | None = None,
        first: str | None = None, asked: str = "", overlap: dt.timedelta | None = None,
    ) -> None:
        """`asked` is what the address asks for, where that is part of it; `overlap` is the recipe's where it is None.

        It begins at the time `since`, whatever is known, of which nothing is changed then; without it a while before the time to
        which the last run came, else at `first`.
        """
        self._recipe, self._api, self._mapping, self._journal = recipe, api, mapping, journal
        self._place = f"source cursor:{mapping}:{api.base}?{asked}"
        known = journal.read(self._place) if journal else {}
        begin = since or (None if known else first)
        self._ended: Cursor = {} if begin else cast("Cursor", known.get("at", {}))
        late = recipe.overlap if overlap is None else overlap
        self._cursor: Cursor = {"since": begin} if begin else _earlier(self._ended, late)
        if since and known:
            self._journal = None
        if not begin:
            api.etags |= cast("dict[str, list[str]]", known.get("etags", {}))
        self.key = f"source:{mapping}:{api.base}?{asked}"
        self.title = api.base

    def chunks(self, done: int) -> Iterator[Chunk]:
        """Chunks of records in their envelopes; `done` counts records, of which the journal's cursor knows better."""
        if self._recipe.walk is None:
            return
        try:
            for page in _walked(self._recipe.walk(self._api, self._cursor), self.title):
                records = [record for answer in page.answers for record in _unfolded(self._recipe, answer, (self._api.base,))]
                for body, count in enveloped(records, self._mapping):
                    yield Chunk(body, done + count, f"{self.title}, record {done + 1}", done + 1)
                    done += count
                if self._journal is not None:  # whoever asks for more has kept what there was
                    self._journal.write(self._place, {"at": _onwards(page.cursor, self._ended), "etags": self._api.etags})
        except TooManyPages as error:
            said = f"This run has asked {self._api.requests:,} times, which is enough for one."
            goes_on = "the next run goes on from there." if self._journal else "begin the next one with a later --since."
            raise InputError(said, where=self.title, remedy=f"What was read is kept: {goes_on}") from error
        finally:
            self._api.close()

    def notes(self) -> list[str]:
        """How often the system was asked."""
        return [f"{self._api.requests:,} requests to {self.title}."]

    def finished(self) -> None:
        """The cursor is noted page by page."""


class DumpSource:
    """A file of what a system answers: JSON (one answer a line, a list, or one; plain or gzipped), or what its recipe parses.

    Items of Perceval are answers too: what its backend fetched.
    """

    def __init__(self, recipe: Recipe, file: Path, *, mapping: str, addresses: Sequence[str]) -> None:
        self._recipe, self._file, self._mapping, self._addresses = recipe, file, mapping, addresses
        self._events = EventsSource(file)
        self.key = f"dump:{mapping}:{' '.join(addresses)}:{self._events.key}"
        self.title = file.name

    def chunks(self, done: int) -> Iterator[Chunk]:
        """Chunks of records in their envelopes; `done` counts lines, or elements of a list, or of a dump answers."""
        if self._recipe.parse is not None and not _is_json(self._file):
            yield from self._parsed(self._recipe.parse(self._file), done)
            return
        for chunk in self._events.chunks(done):
            parts = [part for answer in _answers(chunk.body) for part in self._unfolded(answer)]
            bodies = [body for body, _ in enveloped(parts, self._mapping)]
            for place, body in enumerate(bodies, 1):  # of a chunk that was sent in part, all comes again, and counts once
                yield chunk._replace(body=body, done=chunk.done if place == len(bodies) else done)
            done = chunk.done

    def _parsed(self, answers: Iterable[Any], done: int) -> Iterator[Chunk]:
        records: list[Any] = []
        sent = place = done
        for place, answer in enumerate(answers, 1):
            if place > done:
                records += self._unfolded(answer)
            if len(records) >= CHUNK_EVENTS:
                yield from self._sent(records, sent, place)
                records, sent = [], place
        yield from self._sent(records, sent, place)

    def _sent(self, records: list[Any], before: int, behind: int) -> Iterator[Chunk]:
        bodies = [body for body, _ in enveloped(records, self._mapping)]
        for place, body in enumerate(bodies, 1):
            yield Chunk(body, behind if place == len(bodies) else before, f"{self._file}, record {before + 1}", before + 1)

    def _unfolded(self, answer: Any) -> list[Any]:  # noqa: ANN401 - any JSON value
        if isinstance(answer, dict) and "backend_name" in answer and isinstance(answer.get("data"), dict):
            answer = answer["data"]
        return _unfolded(self._recipe, answer, self._addresses)

    def notes(self) -> list[str]:
        """Nothing to say: each record is one."""
        return []

    def finished(self) -> None:
        """A file is read whole each time; there is no cursor."""


def _earlier(at: Cursor, by: dt.timedelta) -> Cursor:
    """Where the next run begins: a while before the time to which a walk came that has ended; others go on where they were."""
    if "of" in at:  # several walks
        return at | {"of": {name: _earlier(one, by) for name, one in at["of"].items()}}
    since = at.get("since")
    if at.keys() != {"since"} or not isinstance(since, str) or len(since) <= _DAY:  # whoever goes by days knows which are done
        return at
    with suppress(ValueError):  # a system may write times in a way of its own
        begin = (dt.datetime.fromisoformat(since) - by).isoformat(timespec="milliseconds" if "." in since else "seconds")
        return {"since": begin.replace("+00:00", "Z") if since.endswith("Z") else begin}
    return at


def _onwards(at: Cursor, known: Cursor) -> Cursor:
    """A cursor to be kept: no walk is noted as having ended before the time to which it came already."""
    if "of" in at:
        return at | {"of": {name: _onwards(one, known.get("of", {}).get(name, {})) for name, one in at["of"].items()}}
    both = [one["since"] for one in (at, known) if one.keys() == {"since"} and one["since"]]
    return {"since": max(both)} if len(both) > 1 else at


def _walked(pages: Iterator[Page], title: str) -> Iterator[Page]:
    """The pages of a walk. Raises InputError where an answer has not the form that the walk knows."""
    try:
        yield from pages
    except (AttributeError, KeyError, IndexError, TypeError, ValueError) as error:
        said = f"An answer of the system has not the form that is known ({type(error).__name__})."
        raise InputError(said, where=title, remedy="Is the address right, and which version is the system?") from error


def enveloped(records: Iterable[object], mapping: str) -> Iterator[tuple[bytes, int]]:
    """The records in their envelopes, one a line, in bodies of half a megabyte, each with their number."""
    lines: list[bytes] = []
    size = 0
    for record in records:
        line = wrap("source", mapping, _encode(record)) if isinstance(record, dict) else _encode(record)
        if lines and size + len(line) > _ROOM:
            yield b"\n".join(lines), len(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield b"\n".join(lines), len(lines)


def _is_json(file: Path) -> bool:
    """Whether a file that can be read, gzipped or not, begins as JSON does."""
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with gzip.open(file) if packed else file.open("rb") as stream:
            return stream.read(64).lstrip()[:1] in (b"{", b"[")
    except (OSError, EOFError):
        return False


def _unfolded(recipe: Recipe, answer: Any, addresses: Sequence[str]) -> list[Any]:  # noqa: ANN401 - any JSON value
    """The records of an answer; of one that does not have the form that is known, its JSON as a text, which the door refuses."""
    try:
        return list(recipe.unfold(answer, addresses))
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        return [_encode(answer).decode()]


def _answers(body: bytes) -> Iterator[Any]:
    """The JSON values of a chunk: a list, one, or one a line; of a line that is none, its text, which the door refuses."""
    try:
        value = _decode(body)
    except msgspec.DecodeError:
        for line in body.splitlines():
            try:
                if line.strip():
                    yield _decode(line)
            except msgspec.DecodeError:
                yield "no JSON"
    else:
        yield from value if isinstance(value, list) else [value]
