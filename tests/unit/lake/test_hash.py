"""The hash of documents and natural keys, which stands in data files."""

from __future__ import annotations

import hashlib

import duckdb

from baloo.lake.natural import HASH


def test_a_hash_is_the_same_for_ever():
    """It is the upper 63 bits of the later half of the MD5 of a text, read with the last byte first, whatever computes it."""
    texts = [f"chat{chr(31)}production{chr(31)}{n}" for n in range(500)]
    found = duckdb.execute(f"SELECT {HASH.format('t')} FROM (SELECT unnest($1) AS t)", [texts]).fetchall()

    said = [int.from_bytes(hashlib.md5(text.encode()).digest()[8:], "little") >> 1 for text in texts]  # noqa: S324
    assert [n for (n,) in found] == said
