"""The SQLite under the records is one that keeps a file whole beside several writers."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

from baloo.records import Records


def test_the_records_stand_on_a_sqlite_without_the_wal_reset_bug(tmp_path: Path):
    """Before 3.51.3 a commit beside a checkpoint could make SQLite skip pages and corrupt the file: we met it under load."""
    records = Records.open(tmp_path / "records.sqlite")
    with records.engine.connect() as connection:
        version = connection.scalar(sa.text("SELECT sqlite_version()"))
    records.close()

    assert tuple(map(int, str(version).split("."))) >= (3, 51, 3)
