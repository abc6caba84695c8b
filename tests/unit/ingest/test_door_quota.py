"""How much one sender may send: requests a second, events a day, each sender for itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from baloo.ingest import quota as module
from baloo.ingest.quota import Limit, Senders, Tally, TooMany


class Time:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def time(self) -> float:
        """The moment, in seconds since 1970."""
        return self.now

    monotonic = time


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Time:
    """The only time that the limits see."""
    turned = Time()
    monkeypatch.setattr(module, "time", turned)
    return turned


def _admitted(limit: Limit, tally: Tally, tries: int = 100) -> int:
    """How many of so many requests at one moment are let in."""
    found = 0
    for _ in range(tries):
        try:
            limit.admit(tally)
        except TooMany:
            continue
        found += 1
    return found


def test_requests_are_let_in_at_their_rate(time: Time):
    """Twice as many after a pause, then as many as the seconds allow, and never more than that at once."""
    limit, tally = Limit(5, 0), Tally()
    first = _admitted(limit, tally)
    time.now += 1
    second = _admitted(limit, tally)
    time.now += 1_000

    assert (first, second, _admitted(limit, tally)) == (10, 5, 10)


def test_who_sends_too_often_is_told_when_to_come_again(time: Time):
    """At least a second later, and then it is let in."""
    limit, tally = Limit(1, 0), Tally()
    _admitted(limit, tally)
    with pytest.raises(TooMany) as told:
        limit.admit(tally)
    time.now += told.value.seconds
    limit.admit(tally)

    assert (told.value.seconds, told.value.status) == (1, 429)


def test_a_day_has_so_many_events(time: Time):
    """They are counted when they came in; the next day, of UTC, begins anew."""
    limit, tally = Limit(0, 10), Tally()
    limit.count(tally, 9)
    limit.admit(tally)
    limit.count(tally, 5)
    with pytest.raises(TooMany) as told:
        limit.admit(tally)
    time.now += told.value.seconds
    limit.admit(tally)
    limit.count(tally, 9)
    limit.admit(tally)

    assert told.value.seconds == 86_400 - 1_000_000 % 86_400


def test_without_limits_nothing_is_counted(time: Time):
    """0 is any number."""
    limit, tally = Limit(0, 0), Tally()
    limit.count(tally, 10**9)

    assert limit.idle
    assert _admitted(limit, tally, 1_000) == 1_000


@pytest.mark.parametrize(("one", "other", "same"), [
    ("192.0.2.1", "192.0.2.1", True), ("192.0.2.1", "192.0.2.2", False),
    ("2001:db8::1", "2001:db8::ffff:1", True), ("2001:db8::1", "2001:db8:0:1::1", False), ("fe80::1%eth0", "fe80::2", True),
    ("", "", True), ("not:an:address", "not:an:address", True),
])  # fmt: skip
def test_strangers_are_told_apart_by_address(one: str, other: str, same: bool):
    """A network of IPv6 is one sender; an odd address is one too."""
    senders = Senders(b"secret")

    assert same is (senders.stranger(one) is senders.stranger(other))


def test_no_address_is_kept(time: Time, tmp_path: Path):
    """Not as it is, and not under a hash that could be looked up elsewhere, or on another day."""
    file, limit = tmp_path / "sent", Limit(0, 10**6)
    one, other = Senders(b"secret", file), Senders(b"another secret")
    limit.count(one.stranger("192.0.2.1"), 5_000)
    other.stranger("192.0.2.1")
    one.write()
    time.now += 86_400
    one.stranger("192.0.2.1")

    assert "192.0.2" not in repr(vars(one)) + file.read_text()
    assert len({*one._strangers, *other._strangers}) == 3


def test_strangers_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    """The oldest are forgotten."""
    monkeypatch.setattr(module, "_MOST", 10)
    senders = Senders(b"secret")
    first = senders.stranger("192.0.2.0")
    for n in range(1, 50):
        senders.stranger(f"192.0.2.{n}")

    assert len(senders._strangers) == 10
    assert senders.stranger("192.0.2.0") is not first


@pytest.mark.parametrize("most", [5, 5_000])
def test_a_day_s_quota_outlasts_a_restart(most: int, time: Time, tmp_path: Path):
    """Of tokens and of strangers, until the day ends; those who are not back yet are not forgotten by the next."""
    file, limit = tmp_path / "sent", Limit(0, most)
    first = Senders(b"secret", file)
    for tally in (first.tally("token 7"), first.stranger("192.0.2.1"), first.tally("token 8")):
        limit.count(tally, most + 1)
    first.write()
    second = Senders(b"secret", file)
    limit.count(second.tally("token 8"), 1)
    second.write()
    third = Senders(b"secret", file)
    full = [_admitted(limit, tally) for tally in (third.tally("token 7"), third.stranger("192.0.2.1"), third.tally("token 8"))]
    time.now += 86_400
    later = Senders(b"secret", file)

    assert full == [0, 0, 0]
    assert [_admitted(limit, later.tally("token 7")), _admitted(limit, later.stranger("192.0.2.1"))] == [100, 100]


@pytest.mark.parametrize("text", [b"", b"{", b"[1]", b'{"day": "x", "events": {}}'])
def test_a_damaged_file_keeps_nobody_out(text: bytes, tmp_path: Path):
    """The quota begins anew."""
    file = tmp_path / "sent"
    file.write_bytes(text)

    assert Senders(b"secret", file).tally("token 7").events == 0


def test_many_requests_are_let_in_by_the_handful(time: Time):
    """As many as the rate allows all the same."""
    limit, tally = Limit(5_000, 0), Tally()
    first = _admitted(limit, tally, 20_000)
    time.now += 0.5

    assert (first, _admitted(limit, tally, 20_000)) == (10_000, 2_500)
