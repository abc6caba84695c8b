"""Sessions of members: when the provider is asked again, by how many at once, and what its answers do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from baloo.access.roles import Grant
from baloo.access.sessions import GROUPS_SECONDS, NOBODY, SESSION_SECONDS, Member, Sessions
from baloo.errors import BalooError, Busy, Forbidden
from baloo.records import Records
from baloo.records.audit import noted

_SECOND = 1_000_000
_OLD = GROUPS_SECONDS * _SECOND
_GIVES = {"reps": Grant("logger", "area:reps"), "people-team": Grant("steward")}


class Provider:
    """What a test lets a provider say; it counts how often it is asked, and rotates what it is asked with."""

    issuer = "https://id.example.org"

    def __init__(self) -> None:
        self.groups: tuple[str, ...] = ("people-team",)
        self.error: BalooError | None = None
        self.kept: list[str] = []

    def again(self, member: str) -> Member:
        """An answer."""
        self.kept.append(member)
        if self.error is not None:
            raise self.error
        return Member("u-1", self.groups, f"kept {len(self.kept)}")


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Empty records."""
    opened = Records.open(tmp_path / "records.sqlite")
    yield opened
    opened.close()


@pytest.fixture
def provider() -> Provider:
    """A provider."""
    return Provider()


@pytest.fixture
def sessions(records: Records, provider: Provider) -> Sessions:
    """Sessions with that provider."""
    return Sessions(records, lambda: provider, lambda groups: {_GIVES[group] for group in groups if group in _GIVES})


@pytest.fixture
def begin(sessions: Sessions) -> Callable[[], str]:
    """Begin a member's session at moment 0; its cookie."""
    return lambda: sessions.begin("member 1", (), how="provider", now=0, member=Member("u-1", ("people-team",), "kept 0"))


def test_groups_are_asked_for_when_they_are_old(sessions: Sessions, provider: Provider, begin: Callable[[], str]) -> None:
    """Just before four minutes nobody is asked; then once, with what was kept, and the next time with what came of that."""
    cookie = begin()
    sessions.caller(cookie, now=_OLD - 1)
    before = list(provider.kept)
    for now in (_OLD, _OLD + 1, 2 * _OLD):
        sessions.caller(cookie, now=now)

    assert before == []
    assert provider.kept == ["kept 0", "kept 1"]
    assert [one.what for one in noted(sessions.records)] == ["signed in"]


def test_several_at_once_ask_once(sessions: Sessions, provider: Provider, begin: Callable[[], str]) -> None:
    """Who comes while the provider is asked waits for what it says: a token that rotates is good for one of them only."""
    cookie, callers = begin(), []
    answer, another = provider.again, threading.Event()

    def again(member: str) -> Member:
        if others.ident is None:
            others.start()
            another.wait(0.2)  # whoever does not wait comes by meanwhile
        else:
            another.set()
        return answer(member)

    others = threading.Thread(target=lambda: callers.append(sessions.caller(cookie, now=_OLD)))
    provider.again = again  # type: ignore[method-assign]
    callers.append(sessions.caller(cookie, now=_OLD))
    others.join()

    assert provider.kept == ["kept 0"]
    assert [caller.may("steward") for caller in callers] == [True, True]


def test_a_refusal_ends_the_session(sessions: Sessions, provider: Provider, begin: Callable[[], str]) -> None:
    """Where the provider refuses, the session is over for good; the audit says so."""
    cookie = begin()
    provider.error = Forbidden("No.")
    with pytest.raises(Forbidden, match="vouch"):
        sessions.caller(cookie, now=_OLD)
    provider.error = None

    assert sessions.caller(cookie, now=_OLD + 1) == NOBODY
    assert noted(sessions.records)[0].what == "rights ended"


def test_silence_gives_no_right(sessions: Sessions, provider: Provider, begin: Callable[[], str]) -> None:
    """Where the provider does not answer, nothing is allowed; when it does again, the session goes on."""
    cookie = begin()
    provider.error = Busy("Away.")
    with pytest.raises(Busy):
        sessions.caller(cookie, now=_OLD)
    provider.error = None

    assert sessions.caller(cookie, now=_OLD).may("steward")


def test_without_its_provider_a_session_ends(records: Records, begin: Callable[[], str]) -> None:
    """Where the settings name no provider any more, its members' sessions end when their groups are old."""
    with pytest.raises(Forbidden):
        Sessions(records).caller(begin(), now=_OLD)


def test_the_registry_s_word_counts_at_once(records: Records, provider: Provider, begin: Callable[[], str]) -> None:
    """What groups give is asked of the registry at each request: a line that is gone gives nothing."""
    assert not Sessions(records, lambda: provider, lambda _: ()).caller(begin(), now=1).may("steward")


def test_a_session_ends_by_itself(sessions: Sessions, begin: Callable[[], str]) -> None:
    """After eight hours it is over, however often it was renewed; another cookie never was one."""
    cookie = begin()
    sessions.caller(cookie, now=_OLD)

    assert sessions.caller(cookie, now=SESSION_SECONDS * _SECOND) == NOBODY
    assert sessions.caller(cookie + "x", now=1) == NOBODY
    assert sessions.caller("", now=1) == NOBODY


def test_a_session_outlives_a_restart(tmp_path: Path, sessions: Sessions, provider: Provider, begin: Callable[[], str]) -> None:
    """Another process over the same records knows it, and asks the provider with what was kept."""
    cookie = begin()
    sessions.records.close()
    again = Records.open(tmp_path / "records.sqlite")
    grants = Sessions(again, lambda: provider, lambda groups: {_GIVES[group] for group in groups})
    known = [grants.caller(cookie, now=now).may("steward") for now in (1, _OLD)]
    again.close()

    assert known == [True, True]
    assert provider.kept == ["kept 0"]


def test_sessions_that_are_over_are_not_kept(sessions: Sessions, begin: Callable[[], str]) -> None:
    """The next who signs in takes them away."""
    begin()
    sessions.begin("member 2", (), how="link", now=SESSION_SECONDS * _SECOND + 1)
    with sessions.records.engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT who FROM sessions").scalars().all()

    assert rows == ["member 2"]


def test_what_is_kept_opens_with_the_cookie_alone(sessions: Sessions, begin: Callable[[], str]) -> None:
    """The records hold neither the cookie nor what the provider is asked with."""
    cookie = begin()
    with sessions.records.engine.connect() as connection:
        rows = repr(connection.exec_driver_sql("SELECT * FROM sessions").all())

    assert cookie not in rows
    assert "kept 0" not in rows
    assert sessions.caller(cookie, now=1).nonce not in rows
