"""A relational database as events: queries, and of each which of its columns is what, saved in one mapping file.

    # adhoc.yaml: the words of a CSV mapping, and two more; or a list of such
    query: SELECT id, happened_on, email, city FROM ev_Events
    watermark: happened_on       # a column that only grows: the next run begins at its last value
    system: webmaker
    kind: webmaker.hosted
    at: {column: happened_on, zone: America/Toronto}
    id: {column: id}
    actor: {email: {column: email}}
    extra: {city: {column: city}}

The database is asked in the order of the watermark, for what is at or behind the last value, and for rows without one: what comes
twice counts once. A mapping that was changed asks for everything again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from baloo.errors import InputError, nearest
from baloo.sources.base import CHUNK_EVENTS, OVERLAP, Chunk
from baloo.sources.csv_file import OF_A_QUERY, check_mapping, columns_of, event_of_row, read_yaml
from baloo.sources.database import engine_of, said_by
from baloo.sources.journal import Journal

__all__ = ["SqlSource", "read_queries", "sql_sources"]

_COLON = re.compile(r"(?<![:\w\\]):(?=\w)")  # which SQLAlchemy would take for the name of a value
_encode = msgspec.json.Encoder(order="deterministic").encode


def read_queries(file: Path) -> list[dict[str, Any]]:
    """Read and check a mapping file with a query, or a list of such mappings. Raises InputError."""
    written = read_yaml(file)
    mappings = [check_mapping(one, file, OF_A_QUERY) for one in (written if isinstance(written, list) else [written])]
    for mapping in mappings:
        for name in OF_A_QUERY:
            if not isinstance(mapping.get(name), str):
                remedy = "Say `query: SELECT ...` and `watermark: COLUMN`."
                raise InputError(f"`{name}` is missing.", where=str(file), remedy=remedy)
    return mappings


def sql_sources(
    url: str, file: Path, journal: Journal | None, *, since: str | None = None, first: str | None = None,
    overlap: dt.timedelta = OVERLAP,
) -> list[SqlSource]:  # fmt: skip
    """A source for each query of a mapping file. Raises InputError for a file or an address that is none."""
    return [SqlSource(url, mapping, file, journal, since=since, first=first, overlap=overlap) for mapping in read_queries(file)]


class SqlSource:
    """The rows of a query on the database at a URL of SQLAlchemy's, behind the last run's watermark.

    Without a journal nothing is noted; `since` begins there, whatever is known, `first` where nothing is. Where the watermark is
    a time, it begins so long before as `overlap` says.
    """

    def __init__(
        self, url: str, mapping: Mapping[str, Any], mapping_file: Path, journal: Journal | None, *, since: str | None = None,
        first: str | None = None, overlap: dt.timedelta = OVERLAP,
    ) -> None:  # fmt: skip
        self._engine = _engine(url)
        self._fields = {name: rule for name, rule in mapping.items() if name not in OF_A_QUERY}
        self._query, self._watermark = str(mapping["query"]).strip().rstrip(";"), str(mapping["watermark"])
        self._file, self._journal = mapping_file, journal
        where = self._engine.url.set(username=None, password=None).render_as_string()
        self.key = f"sql:{mapping_file.resolve()}:{where}:{hashlib.sha256(_encode(mapping)).hexdigest()[:16]}"
        self._place = f"cursor of {self.key}"
        known = journal.read(self._place) if journal else {}
        self._since = since or _restored(known, overlap) or first
        self.title = mapping_file.stem

    def chunks(self, done: int) -> Iterator[Chunk]:
        """Chunks of events; `done` counts rows, of which the watermark knows better."""
        known = {} if self._since is None else {"since": self._since}
        try:
            with (
                self._engine.connect().execution_options(stream_results=True, postgresql_readonly=True) as connection,
                connection.execute(sa.text(self._asked()), known) as rows,
            ):
                self._check(list(rows.keys()))
                for part in rows.mappings().partitions(CHUNK_EVENTS):
                    lines = [_encode(event_of_row(self._fields, {k: _text(v) for k, v in row.items()})) for row in part]
                    yield Chunk(b"\n".join(lines), done + len(lines), f"{self.title}, row {done + 1}", done + 1)
                    done += len(lines)
                    marks = [row[self._watermark] for row in part if row[self._watermark] is not None]
                    if self._journal is not None and marks:  # whoever asks for more has kept what there was
                        self._journal.write(self._place, _kept(marks[-1]))
        except (sa.exc.SQLAlchemyError, RuntimeError) as error:  # the latter of PyMySQL, which wants `cryptography`
            remedy = "What was read is kept; put it right and run this again."
            said = f"The database says: {said_by(self._engine, error)}."
            public = f"The database does not give it ({type(error).__name__})."
            raise InputError(said, where=str(self._file), remedy=remedy, public=public) from error
        finally:
            self._engine.dispose()

    def _asked(self) -> str:
        mark = f"asked.{self._engine.dialect.identifier_preparer.quote(self._watermark)}"
        behind = "" if self._since is None else f" WHERE {mark} >= :since OR {mark} IS NULL"
        query = _COLON.sub(r"\\:", self._query)
        return f"SELECT * FROM ({query}) AS asked{behind} ORDER BY {mark}"

    def _check(self, columns: list[str]) -> None:
        for column in (self._watermark, *columns_of(self._fields)):
            if column not in columns:
                close = nearest(column, columns)
                hint = f"Did you mean `{close}`?" if close else "The query must give it."
                raise InputError(f"The query gives no column `{column}`.", where=str(self._file), remedy=hint)

    def notes(self) -> list[str]:
        """Nothing to say: each row is an event."""
        return []

    def finished(self) -> None:
        """The watermark is noted chunk by chunk."""


def _engine(url: str) -> sa.Engine:
    """What asks the database at an address. Raises InputError where there is none."""
    engine = engine_of(url)
    file = engine.url.database
    if engine.dialect.name == "sqlite" and file and not file.startswith("file:") and not Path(file).exists():  # it would be made
        remedy = "Is the path right? An absolute one has four slashes."
        raise InputError("There is no file of a database there.", where="--url-env", remedy=remedy)
    return engine


def _text(value: object) -> str:
    """A value of the database as a mapping reads it."""
    if value is None:
        return ""
    if isinstance(value, bytes | memoryview):  # a text that the database keeps as bytes
        return bytes(value).decode("utf-8", "replace")
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _kept(value: object) -> dict[str, object]:
    """A watermark as JSON: a number, a text, or a time that is told from a text."""
    if isinstance(value, dt.datetime):
        return {"time": value.isoformat()}
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    return {"value": value if isinstance(value, int | float | str) else str(value)}


def _restored(known: Mapping[str, object], overlap: dt.timedelta) -> object:
    if "time" in known:
        return dt.datetime.fromisoformat(str(known["time"])) - overlap
    return dt.date.fromisoformat(str(known["day"])) if "day" in known else known.get("value")
