"""A relational database as events: a query, and a mapping file that says which of its columns is what.

    # webmaker.yaml: the words of a CSV mapping, and two more
    query: SELECT id, happened_on, email, city FROM ev_Events
    watermark: happened_on       # a column that only grows: the next run begins at its last value
    system: webmaker
    kind: webmaker.event
    at: {column: happened_on, zone: America/Toronto}
    id: {column: id}
    actor: {email: {column: email}}
    extra: {city: {column: city}}

The database is asked in the order of the watermark, for what is at or behind the last value: what comes twice counts once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa

from baloo.errors import InputError, nearest
from baloo.sources.base import CHUNK_EVENTS, Chunk
from baloo.sources.csv_file import columns_of, event_of_row, read_mapping
from baloo.sources.files import key_of
from baloo.sources.journal import Journal

__all__ = ["SqlSource", "read_query"]

_OWN = ("query", "watermark")
_encode = msgspec.json.Encoder().encode


def read_query(file: Path) -> dict[str, Any]:
    """Read and check a mapping file with a query. Raises InputError."""
    mapping = read_mapping(file, _OWN)
    for name in _OWN:
        if not isinstance(mapping.get(name), str):
            raise InputError(f"`{name}` is missing.", where=str(file), remedy="Say `query: SELECT ...` and `watermark: COLUMN`.")
    return mapping


class SqlSource:
    """The rows of a query on the database at a URL of SQLAlchemy's, behind the last run's watermark.

    Without a journal nothing is noted; `since` begins there, whatever is known.
    """

    def __init__(
        self, url: str, mapping: Mapping[str, Any], mapping_file: Path, journal: Journal | None, since: str | None = None
    ) -> None:
        try:
            self._engine = sa.create_engine(url, hide_parameters=True)
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError) as error:
            remedy = "Write it like postgresql+psycopg://reader@host/name."
            raise InputError("This is no address of a database.", where="--url-env", remedy=remedy) from error
        except ModuleNotFoundError as error:
            remedy = f"Install it: `pip install {error.name}`."
            raise InputError(f"The driver `{error.name}` is not here.", where="--url-env", remedy=remedy) from error
        self._fields = {name: rule for name, rule in mapping.items() if name not in _OWN}
        self._query, self._watermark = str(mapping["query"]).strip().rstrip(";"), str(mapping["watermark"])
        self._file, self._journal = mapping_file, journal
        where = self._engine.url.set(username=None, password=None).render_as_string()
        self._place = f"sql cursor:{mapping_file.resolve()}:{where}"
        known = journal.read(self._place) if journal else {}
        self._since = since or _restored(known)
        self.key = f"sql:{where}:{key_of(mapping_file)}"
        self.title = mapping_file.stem

    def chunks(self, done: int) -> Iterator[Chunk]:
        """Chunks of events; `done` counts rows, of which the watermark knows better."""
        try:
            with self._engine.connect().execution_options(stream_results=True) as connection:
                rows = connection.execute(sa.text(self._asked()), {} if self._since is None else {"since": self._since})
                self._check(list(rows.keys()))
                for part in rows.mappings().partitions(CHUNK_EVENTS):
                    lines = [_encode(event_of_row(self._fields, {k: _text(v) for k, v in row.items()})) for row in part]
                    yield Chunk(b"\n".join(lines), done + len(lines), f"{self.title}, row {done + 1}", done + 1)
                    done += len(lines)
                    if self._journal is not None:
                        self._journal.write(self._place, _kept(part[-1][self._watermark]))
        except sa.exc.SQLAlchemyError as error:
            said = str(getattr(error, "orig", "") or type(error).__name__).partition("\n")[0]
            remedy = "What was read is kept; put it right and run this again."
            raise InputError(f"The database says: {said}.", where=str(self._file), remedy=remedy) from error
        finally:
            self._engine.dispose()

    def _asked(self) -> str:
        mark = f"asked.{self._engine.dialect.identifier_preparer.quote(self._watermark)}"
        behind = "" if self._since is None else f" WHERE {mark} >= :since"
        return f"SELECT * FROM ({self._query}) AS asked{behind} ORDER BY {mark}"

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


def _text(value: object) -> str:
    """A value of the database as a mapping reads it."""
    if value is None:
        return ""
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


def _restored(known: Mapping[str, object]) -> object:
    if "time" in known:
        return dt.datetime.fromisoformat(str(known["time"]))
    return dt.date.fromisoformat(str(known["day"])) if "day" in known else known.get("value")
