"""Keys derived from what identities are called. Raw values are kept; these are for finding and comparing."""

from __future__ import annotations

import hashlib
import unicodedata

__all__ = ["OWNER_KEY_SQL", "email_key", "owner_key"]

OWNER_KEY_SQL = "CAST('0x' || substr(md5({system} || chr(31) || {account}), 1, 15) AS BIGINT)"
"""`owner_key` as DuckDB computes it from two text expressions."""


def owner_key(system: str, account: str) -> int:
    """60 bits that stand for an account on a system where its text must not be written: non-negative, the same in SQL."""
    digest = hashlib.md5(f"{system}\x1f{account}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:15], 16)


def email_key(email: str | None) -> str | None:
    """An address trimmed, NFC and case-folded; None where nothing is left."""
    key = unicodedata.normalize("NFC", email or "").strip().casefold()
    return key or None
