"""The records are made where they are absent, completed where they are older, refused where they are newer."""

from __future__ import annotations

import resource
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa
from pysqlite3 import dbapi2 as sqlite3

from baloo.errors import StorageBroken, WorkspaceError
from baloo.records import Records
from baloo.records.tables import RECORDS_VERSION, identities, meta, metadata, promotions, quarantine, tokens


def _version(file: Path) -> str:
    with sqlite3.connect(file) as connection:
        found: str = connection.execute("SELECT value FROM meta WHERE name = 'version'").fetchone()[0]
    connection.close()
    return found


def test_new_records_have_every_table_and_a_secret(tmp_path: Path):
    """A fresh file has all tables, the present version, and a secret of 32 bytes that stays."""
    file = tmp_path / "records.sqlite"
    first = Records.open(file)
    secret = first.secret
    tables = set(sa.inspect(first.engine).get_table_names())
    first.close()
    again = Records.open(file)

    assert tables == set(metadata.tables)
    assert (len(secret), again.secret == secret) == (32, True)
    assert _version(file) == str(RECORDS_VERSION)
    again.close()


def test_an_older_file_gets_what_it_lacks(tmp_path: Path):
    """Records of an older version keep what they have, get the tables and indexes that they lack, and say the present version."""
    file = tmp_path / "records.sqlite"
    old = Records.open(file)
    secret = old.secret
    with old.engine.begin() as connection:
        tokens.drop(connection)
        next(iter(quarantine.indexes)).drop(connection)
        connection.execute(sa.update(meta).where(meta.c.name == "version").values(value="0"))
    old.close()
    new = Records.open(file)

    assert new.secret == secret
    assert sa.inspect(new.engine).has_table("tokens")
    assert len(sa.inspect(new.engine).get_indexes("quarantine")) == len(quarantine.indexes)
    assert _version(file) == str(RECORDS_VERSION)
    new.close()


def test_a_workspace_from_before_promotions_goes_on_counting(tmp_path: Path):
    """Every token was of production then: it keeps its system there, and may send."""
    file = tmp_path / "records.sqlite"
    old = Records.open(file)
    with old.engine.begin() as connection:
        promotions.drop(connection)
        connection.exec_driver_sql("ALTER TABLE tokens DROP COLUMN scope")
        for row in ("('git', 'a', '', 7)", "('git', 'b', '', 8)"):
            connection.exec_driver_sql(f"INSERT INTO tokens (system, hash, hint, made) VALUES {row}")
        connection.execute(sa.update(meta).where(meta.c.name == "version").values(value="2"))
    old.close()
    new = Records.open(file)
    with new.engine.connect().execution_options(writes=False) as connection:
        kept = connection.execute(sa.select(promotions)).all(), connection.scalars(sa.select(tokens.c.scope)).all()
    new.close()

    assert kept == ([("git", 7, "upgrade")], ["send", "send"])


def test_a_newer_file_is_refused(tmp_path: Path):
    """Records of a newer Baloo are refused with what to do, and not touched."""
    file = tmp_path / "records.sqlite"
    records = Records.open(file)
    with records.engine.begin() as connection:
        connection.execute(sa.update(meta).where(meta.c.name == "version").values(value="99"))
    records.close()

    with pytest.raises(WorkspaceError, match="version 99"):
        Records.open(file)

    assert _version(file) == "99"


def test_an_error_names_nobody(tmp_path: Path):
    """What the database says of a statement that failed does not repeat its values: they are names and addresses."""
    records = Records.open(tmp_path / "records.sqlite")
    row = {"key": "k", "system": "forum", "email": "ama@example.org", "created": 1}
    with pytest.raises(sa.exc.IntegrityError) as caught, records.engine.begin() as connection:
        connection.execute(sa.insert(identities).values([row, row]))
    records.close()

    assert "ama@" not in str(caught.value)


def test_only_its_owner_may_read_the_records(tmp_path: Path):
    """The file with names and addresses is closed to other users."""
    file = tmp_path / "records" / "records.sqlite"
    Records.open(file).close()

    assert stat.S_IMODE(file.parent.stat().st_mode) & 0o077 == 0


def test_a_file_that_is_no_database_is_named(tmp_path: Path):
    """Whoever opens records that something wrote over is told which file it is."""
    file = tmp_path / "records.sqlite"
    file.write_bytes(b"no records" * 1_000)
    with pytest.raises(StorageBroken) as told:
        Records.open(file)

    assert told.value.where == str(file)


def test_a_write_that_fails_later_names_the_file(tmp_path: Path):
    """What is not on the disk is told by the name of the file, and the records are as they were before."""
    records = Records.open(tmp_path / "records.sqlite")
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, usual[1]))
    try:
        with pytest.raises(StorageBroken) as told, records.engine.begin() as connection:
            connection.execute(meta.insert().values(name="long", value="x" * 100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    with records.engine.connect() as connection:
        found = connection.scalar(sa.select(sa.func.count()).where(meta.c.name == "long"))
    records.close()

    assert (told.value.where, found) == (str(tmp_path / "records.sqlite"), 0)
