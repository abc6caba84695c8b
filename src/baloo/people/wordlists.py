"""Words that name nobody, roles that many have, providers where everybody has a mailbox: one list a file in `words/`."""

from __future__ import annotations

from importlib.resources import files

__all__ = ["BOTS", "NOBODY", "NOT_NAMES", "PUBLIC_MAIL", "ROLES", "SECOND_LEVEL", "TITLES"]


def _read(name: str) -> frozenset[str]:
    text = files("baloo.people").joinpath("words", f"{name}.txt").read_text("utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("# "))


BOTS = _read("bots")
"""Names and logins of programs that do not end in `[bot]`."""

NOBODY = _read("nobody")
"""Names and local parts, folded, that stand for nobody."""

NOT_NAMES = _read("not_names")
"""Words, folded, that stand in no person's name."""

ROLES = _read("roles")
"""Local parts, and names in one word, that a role has and several people may use."""

PUBLIC_MAIL = _read("public_mail")
"""Domains, or their last label but one, at which everybody can have a mailbox: to share one says nothing."""

SECOND_LEVEL = _read("second_level")
"""Labels under a country below which organisations register."""

TITLES = _read("titles")
"""Words that come and go beside a name."""
