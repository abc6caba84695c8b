"""The audit: who made and ended tokens, let systems in, replayed what was refused; the latest first."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from baloo.clock import FixedClock
from baloo.errors import UnknownName
from baloo.ingest.tokens import Tokens
from baloo.records import Records
from baloo.records.audit import note, noted

_CLOCK = FixedClock(dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC))


@pytest.fixture
def records(tmp_path: Path):
    """Empty records."""
    opened = Records.open(tmp_path / "records.sqlite")
    yield opened
    opened.close()


def test_tokens_are_in_the_audit(records: Records):
    """Who made a token and who ended it stand there by its number, without what it is; what failed does not."""
    tokens = Tokens(records, _CLOCK, "operator tove")
    made = tokens.create("git")
    tokens.revoke(made.id)
    with pytest.raises(UnknownName):
        tokens.revoke(made.id)
    found = noted(records)

    assert [(one.who, one.what, one.detail) for one in found] == [
        ("operator tove", "token revoked", "1"), ("operator tove", "token made", "1 of git, send"),
    ]
    assert made.secret not in repr(found)


def test_the_latest_come_first_and_in_parts(records: Records):
    """So many of the latest, and those before an entry."""
    with records.engine.begin() as connection:
        for i in range(5):
            note(connection, "operator tove", "something done", str(i), i)

    assert [one.detail for one in noted(records, limit=2)] == ["4", "3"]
    assert [one.detail for one in noted(records, before=4, limit=2)] == ["2", "1"]
