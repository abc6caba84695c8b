"""Gzip: unpacked no further than the limit."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baloo.errors import InputError
from baloo.ingest.unpack import TooLarge, gunzip

LIMIT = 1_048_576


@given(st.lists(st.binary(max_size=200), min_size=1, max_size=5))
def test_what_was_packed_comes_back(parts: list[bytes]):
    """Also in several members, one after the other."""
    assert b"".join(parts) == gunzip(b"".join(map(gzip.compress, parts)), LIMIT)


@pytest.mark.parametrize("packed", [
    gzip.compress(b"x" * LIMIT + b"x"), gzip.compress(b"x" * 500_000) * 3, gzip.compress(b"0" * (256 << 20), 1),
], ids=["one byte more", "three members", "a bomb"])  # fmt: skip
def test_a_bomb_is_refused_before_it_goes_off(packed: bytes):
    """Memory stays near the limit, whatever the text would unpack to."""
    tracemalloc.start()
    with pytest.raises(TooLarge):
        gunzip(packed, LIMIT)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 6 * LIMIT


def test_the_limit_itself_is_allowed():
    """Not a byte less."""
    assert len(gunzip(gzip.compress(b"x" * LIMIT), LIMIT)) == LIMIT


PACKED = gzip.compress(b"hello")


@pytest.mark.parametrize("data", [b"hello", PACKED[:-1], PACKED + b"rest", PACKED[:2]], ids=["never", "cut off", "more", "begun"])
def test_damaged_gzip_is_an_error(data: bytes):
    """Cut off, or never gzip at all."""
    with pytest.raises(InputError):
        gunzip(data, LIMIT)
