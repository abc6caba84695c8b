"""The SQLite under queue and records is one that keeps a file whole beside several writers."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from baloo.queue import sqlite
from baloo.records import Records

FIXED = (3, 51, 3)


def test_the_queue_stands_on_a_sqlite_without_the_wal_reset_bug():
    """Before 3.51.3 a commit beside a checkpoint could make SQLite skip pages and corrupt the file: we met it under load."""
    assert sqlite.sqlite3.sqlite_version_info >= FIXED


def test_the_records_stand_on_the_same(tmp_path: Path):
    """The records are written by several processes too."""
    records = Records.open(tmp_path / "records.sqlite")
    with records.engine.connect() as connection:
        version = connection.scalar(sa.text("SELECT sqlite_version()"))
    records.close()

    assert tuple(map(int, str(version).split("."))) >= FIXED
