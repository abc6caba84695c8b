"""Tokens: shown once, kept as a hash, good for one system until they end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from baloo.clock import FixedClock
from baloo.errors import Forbidden, UnknownName
from baloo.ingest import tokens as module
from baloo.ingest.moment import micros
from baloo.ingest.tokens import TokenChecker, Tokens
from baloo.records import Records

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
CLOCK = FixedClock(NOON)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checker looks at the table each time."""
    monkeypatch.setattr(module, "_LOOK_AT_LAST", 0.0)


def test_a_token_is_long_and_recognised(records: Records):
    """256 bits behind a prefix that scanners of leaked secrets can learn."""
    made = Tokens(records, CLOCK).create("git")

    assert made.secret.startswith("baloo_")
    assert len(made.secret) == len("baloo_") + 43
    assert made.secret != Tokens(records, CLOCK).create("git").secret


def test_the_token_itself_is_kept_nowhere(records: Records, tmp_path: Path):
    """Only its hash and its first letters are in the file."""
    secret = Tokens(records, CLOCK).create("git").secret
    records.close()
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("records.sqlite*"))

    assert secret[:10].encode() in kept
    assert secret[10:].encode() not in kept


def test_a_token_stands_for_its_system(records: Records):
    """The door learns whose it is."""
    secret = Tokens(records, CLOCK).create("git").secret

    assert TokenChecker(records, CLOCK).sender_of(secret).system == "git"


@pytest.mark.parametrize(("scope", "sends"), [("send", True), ("staging", True), ("live", False)])
def test_a_scope_says_what_a_token_is_good_for(scope: str, sends: bool, records: Records):
    """Each sees its system; not each sends."""
    secret = Tokens(records, CLOCK).create("git", scope=scope).secret
    checker = TokenChecker(records, CLOCK)
    try:
        sent = checker.sender_of(secret).system == "git"
    except Forbidden:
        sent = False

    assert (checker.system_of(secret), sent) == ("git", sends)


def test_an_unknown_scope_is_no_scope(records: Records):
    """The error names those there are."""
    with pytest.raises(UnknownName, match="live, send, staging"):
        Tokens(records, CLOCK).create("git", scope="sent")


@pytest.mark.parametrize("token", ["", "baloo_", "baloo_" + "A" * 43, "🐻"])
def test_an_unknown_token_is_refused(token: str, records: Records):
    """Whatever it looks like."""
    with pytest.raises(Forbidden):
        TokenChecker(records, CLOCK).system_of(token)


def test_an_expired_token_is_refused(records: Records):
    """It is good up to its last moment."""
    secret = Tokens(records, CLOCK).create("git", expires=micros(NOON)).secret
    before = FixedClock(NOON - dt.timedelta(microseconds=1))

    assert TokenChecker(records, before).system_of(secret) == "git"
    with pytest.raises(Forbidden):
        TokenChecker(records, CLOCK).system_of(secret)


@pytest.mark.usefixtures("impatient")
def test_a_running_door_notices_new_and_revoked_tokens(records: Records):
    """The checker is made once and looks again."""
    tokens, checker = Tokens(records, CLOCK), TokenChecker(records, CLOCK)
    with pytest.raises(Forbidden):
        checker.system_of("baloo_x")
    made = tokens.create("git")

    assert checker.system_of(made.secret) == "git"
    tokens.revoke(made.id)
    with pytest.raises(Forbidden):
        checker.system_of(made.secret)


def test_a_new_token_is_known_at_once(records: Records):
    """Before it is time to look at the table again; its sender is the same afterwards."""
    checker = TokenChecker(records, CLOCK)
    with pytest.raises(Forbidden):
        checker.system_of("baloo_x")
    checker._look_at = float("inf")
    secret = Tokens(records, CLOCK).create("git").secret
    first = checker.sender_of(secret)
    checker._look_at = 0.0

    assert first.system == "git"
    assert checker.sender_of(secret).tally is first.tally


def test_a_flood_of_wrong_tokens_does_not_reach_the_records(records: Records, monkeypatch: pytest.MonkeyPatch):
    """Some are looked up, and one that looks like no token never is."""
    checker, asked = TokenChecker(records, CLOCK), list[object]()
    checker.proven("git")
    checker._look_at = float("inf")
    rows = module._rows
    monkeypatch.setattr(module, "_rows", lambda *given: asked.append(given) or rows(*given))
    for n in range(1_000):
        for token in (f"baloo_{n:043}", f"baloo_{n}"):
            with pytest.raises(Forbidden):
                checker.system_of(token)

    assert 0 < len(asked) < 200


def test_a_checker_answers_from_memory(records: Records):
    """Between two looks no query is made."""
    checker = TokenChecker(records, CLOCK)
    secret = Tokens(records, CLOCK).create("git").secret
    checker.system_of(secret)
    records.close()
    records.engine.dispose()
    checker._engine = None  # type: ignore[assignment]

    assert checker.system_of(secret) == "git"


def test_revoking_twice_is_an_error_that_names_the_living(records: Records):
    """A wrong number is not passed over in silence."""
    tokens = Tokens(records, CLOCK)
    first, second = tokens.create("git"), tokens.create("sumo")
    tokens.revoke(first.id)

    with pytest.raises(UnknownName, match=f"Valid: {second.id}"):
        tokens.revoke(first.id)


def test_the_list_tells_tokens_apart_and_gives_none_away(records: Records):
    """First letters, times, and nothing that opens the door."""
    tokens = Tokens(records, CLOCK)
    made = tokens.create("git", expires=7)
    tokens.revoke(made.id)

    (listed,) = tokens.list()
    assert (made.id, "git", made.secret[:10]) == (listed.id, listed.system, listed.hint)
    assert (micros(NOON), 7, micros(NOON), None) == (listed.made, listed.expires, listed.revoked, listed.last_used)


def test_the_last_use_is_noted_now_and_then(records: Records, monkeypatch: pytest.MonkeyPatch):
    """Not at each request: the door asks whether there is news, and writes it in a thread."""
    tokens, checker = Tokens(records, CLOCK), TokenChecker(records, CLOCK)
    secret = tokens.create("git").secret
    checker.system_of(secret)
    first = checker.has_news
    checker.note_use()
    checker.system_of(secret)
    soon = checker.has_news
    monkeypatch.setattr(module, "_NOTE_EVERY", 0.0)
    late = checker.has_news

    assert (first, soon, late) == (True, False, True)
    assert [micros(NOON)] == [token.last_used for token in tokens.list()]
