"""Links that sign an operator in: for how long, how often, and with what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from baloo.access.links import ENTRY_SECONDS, enter, entry_link
from baloo.access.roles import Grant
from baloo.access.sessions import Sessions
from baloo.errors import Forbidden
from baloo.people.links import Signed, sign
from baloo.records import Records

_LONG = ENTRY_SECONDS * 1_000_000


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Empty ones."""
    found = Records.open(tmp_path / "records.sqlite")
    yield found
    found.close()


def test_a_link_is_good_for_a_quarter_of_an_hour(records: Records) -> None:
    """To its last moment, and then no more; what it opens has its role at its place, and no other."""
    links = [entry_link(records, Grant("owner", "system:forum"), who="operator tove", now=0) for _ in range(2)]
    caller = Sessions(records).caller(enter(Sessions(records), links[0], now=_LONG - 1), now=_LONG)
    with pytest.raises(Forbidden, match="too old"):
        enter(Sessions(records), links[1], now=_LONG)

    assert ENTRY_SECONDS == 900
    assert (caller.who, caller.grants) == ("operator tove", (Grant("contributor"), Grant("owner", "system:forum")))


def test_a_link_is_good_once_and_for_what_it_was_made(records: Records) -> None:
    """Used, of another sort, or of a row that is not there or no link's, it opens nothing."""
    link = entry_link(records, Grant("admin"), who="operator tove", now=0)
    enter(Sessions(records), link, now=1)
    signed = [("link", 1), ("visit", 1), ("sign-in link", 99), ("sign-in link", 2)]  # row 2 is the signing in

    for token in (link, link + "x", *(sign(records, Signed(sort, row, _LONG, f"{sort}{row}")) for sort, row in signed)):
        with pytest.raises(Forbidden):
            enter(Sessions(records), token, now=2)
