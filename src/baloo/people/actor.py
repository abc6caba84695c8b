"""Who did something, as one system names them."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

__all__ = ["STAGING", "Actor"]

STAGING = " (staging)"
"""Behind the system of an identity of staging; no id of a system has a blank in it."""


class Actor(NamedTuple):
    """Who did something, as one system names them; None where absent."""

    system: str
    account: str | None = None
    username: str | None = None
    email: str | None = None
    name: str | None = None

    def tidy(self) -> Actor:
        """The same in NFC, with None for empty texts."""
        if "" not in self and "".join(filter(None, self)).isascii():
            return self
        system, account, username, email, name = self
        return Actor(_nfc(system) or "", _nfc(account), _nfc(username), _nfc(email), _nfc(name))


def _nfc(text: str | None) -> str | None:
    if not text:
        return None
    return text if text.isascii() else unicodedata.normalize("NFC", text)
