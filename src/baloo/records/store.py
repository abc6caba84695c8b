"""Opening the records: connection settings, creation, and migration of an older workspace."""

from __future__ import annotations

import secrets
import shutil
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from baloo.errors import Busy, StorageFull, WorkspaceError, in_words
from baloo.records import programs as _programs  # noqa: F401 - its tables are tables of the records
from baloo.records import rights as _rights  # noqa: F401 - the same
from baloo.records import runs as _runs  # noqa: F401 - the same
from baloo.records import trail as _trail  # noqa: F401 - the same
from baloo.records import wishes as _wishes  # noqa: F401 - the same
from baloo.records.tables import RECORDS_VERSION, meta, metadata, promotions, tokens

__all__ = ["Records"]

_CACHE = 8_192  # KiB of pages a connection; with SQLite's own 2 MiB a load writes pages of an index out again and again
_WAIT = 30_000  # milliseconds for which a write waits for others
_SCRUBS = 5  # tries; each waits for those who read
_ROOM = 256 << 10  # a disk with less room than this is full, whatever SQLite calls the error


class Records:
    """The records of one workspace. `engine` is a SQLAlchemy engine; `secret` keys the hashes of addresses."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._secret: bytes | None = None

    @classmethod
    def open(cls, file: Path) -> Records:
        """Open the SQLite file, made where it is absent, migrated where it is older.

        Raises WorkspaceError where it was written by a newer Baloo, or may not be read or written. Here as in whatever is
        done with `engine` later, a disk without room is StorageFull, and one that fails, or a damaged file, StorageBroken.
        """
        file.parent.mkdir(parents=True, exist_ok=True)
        file.parent.chmod(0o700)  # names and addresses are nobody else's business
        from pysqlite3 import dbapi2  # noqa: PLC0415 - needed where the records are SQLite only

        engine = sa.create_engine(f"sqlite:///{file}", module=dbapi2, connect_args={"timeout": 30}, hide_parameters=True)
        sa.event.listen(engine, "connect", _configure)
        sa.event.listen(engine, "begin", _begin)
        sa.event.listen(engine, "handle_error", partial(_tell, file))
        records = cls(engine)
        records._prepare()
        return records

    @property
    def secret(self) -> bytes:
        """32 bytes that never leave the workspace."""
        if self._secret is None:
            with self.engine.connect().execution_options(writes=False) as connection:
                self._secret = bytes.fromhex(connection.scalar(sa.select(meta.c.value).where(meta.c.name == "secret")) or "")
        return self._secret

    def busy(self) -> bool:
        """Whether another process writes at this moment, so that a write would wait. A database server is not asked."""
        if self.engine.dialect.name != "sqlite":
            return False
        driver: Any = self.engine.dialect.loaded_dbapi
        with closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("PRAGMA busy_timeout=0")
            try:
                cursor.execute("BEGIN IMMEDIATE")
                cursor.execute("ROLLBACK")
            except driver.OperationalError:
                return True
            finally:
                cursor.execute(f"PRAGMA busy_timeout={_WAIT}")
        return False

    def scrub(self) -> None:
        """Leave nothing on the disk of what was deleted: no free page, no page of the write-ahead log.

        Raises Busy where others read for so long that the log cannot be cut off.
        """
        if self.engine.dialect.name != "sqlite":
            return
        with closing(self.engine.raw_connection()) as connection:  # SQLAlchemy's own would begin a transaction
            cursor = connection.cursor()
            for _ in range(_SCRUBS):
                cursor.execute("VACUUM")
                busy, *_ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                if not busy:
                    return
        raise Busy("Others read the records all the time.", where=str(self.engine.url.database), remedy="Try again.")

    def close(self) -> None:
        """Let go of the connections."""
        self.engine.dispose()

    def _prepare(self) -> None:
        with self.engine.connect().execution_options(writes=False) as connection:
            known = sa.inspect(connection).has_table("meta")
            version = int(connection.scalar(sa.select(meta.c.value).where(meta.c.name == "version")) or 0) if known else 0
        if version == RECORDS_VERSION:
            return
        if version > RECORDS_VERSION:
            raise WorkspaceError(
                f"The records are of version {version}; this Baloo knows up to {RECORDS_VERSION}.",
                where=str(self.engine.url.database), remedy="Install a newer Baloo.",
            )
        with self.engine.begin() as connection:
            metadata.create_all(connection)  # an older workspace gets what it lacks: tables, columns, indexes
            for table in metadata.tables.values():
                _add_columns(connection, table)
                for index in table.indexes:
                    index.create(connection, checkfirst=True)
            if version < 3:  # every token was of production then
                _promote(connection)
            first = {"people_version": "0", "secret": secrets.token_hex(32)}
            have = set(connection.scalars(sa.select(meta.c.name)))
            for name, value in first.items():
                if name not in have:
                    connection.execute(meta.insert().values(name=name, value=value))
            connection.execute(sa.delete(meta).where(meta.c.name == "version"))
            connection.execute(meta.insert().values(name="version", value=str(RECORDS_VERSION)))


def _add_columns(connection: sa.Connection, table: sa.Table) -> None:
    known = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    for column in table.columns:
        if column.name not in known:
            line = sa.schema.CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {table.name} ADD COLUMN {line}")


def _promote(connection: sa.Connection) -> None:
    """Systems that have a token are in production."""
    made = sa.func.min(tokens.c.made)
    rows = sa.select(tokens.c.system, made, sa.literal("upgrade")).group_by(tokens.c.system)
    connection.execute(sa.insert(promotions).from_select(["system", "made", "who"], rows))


def _configure(connection: Any, _record: object) -> None:  # noqa: ANN401 - the driver's own connection
    connection.isolation_level = None  # SQLAlchemy's BEGIN goes through `_begin`, so that it takes the write lock at once
    own = f"cache_size=-{_CACHE}"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={_WAIT}", "foreign_keys=ON", "secure_delete=ON", own):
        connection.execute(f"PRAGMA {pragma}")


def _tell(file: Path, context: sa.engine.ExceptionContext) -> None:
    """Raise in words, with the file, what SQLite says of the disk."""
    known = in_words(context.original_exception)
    if known is None:
        return
    if shutil.disk_usage(file.parent).free < _ROOM:
        known = StorageFull("There is no room left on the disk.", remedy="Make room: nothing that was kept is lost.")
    known.where = str(file)
    raise known from context.original_exception


def _begin(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes", True) else "BEGIN")
