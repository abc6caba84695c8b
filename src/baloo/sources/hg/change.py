"""A change of Mercurial as `hg log -T json` has it, and what everybody did in it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from email.utils import parseaddr
from typing import Any

from baloo.sources.git import everything_done
from baloo.sources.recipe import Record

__all__ = ["unfold"]

_BUG = re.compile(r"\bbug[ \t#:]*(\d{1,8})\b", re.IGNORECASE)
_NONE = "0" * 40  # the parent that a change does not have


def unfold(change: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - a change, as `hg log -T json` has it
    """What everybody did in a change. A reviewer is who its message names: `r=tove`, or `Reviewed-by: Tove <tove@…>`."""
    url = addresses[0].rstrip("/")
    parents = [parent for parent in change["parents"] if parent != _NONE]
    name, email = _author(change["user"])
    found = _BUG.search(change["desc"].partition("\n")[0])
    around = {
        "sha": change["node"], "at": dt.datetime.fromtimestamp(change["date"][0], dt.UTC).isoformat(), "bug": found and found[1],
        "tree": change.get("tree") or url.rpartition("/")[2] or None, "url": f"{url}/rev/{change['node']}" if url else None,
    }  # fmt: skip
    for did in everything_done(" ".join(parents), name, email, change["desc"]):
        who = did.actor.get("email") or did.actor.get("username") or did.actor.get("name", "")
        yield around | {"type": did.kind, "key": f"{change['node']} {did.kind} {who}", "who": did.actor}


def _author(user: str) -> tuple[str, str]:
    """Name and address of what Mercurial calls the user, which may be either alone."""
    name, email = parseaddr(user)
    return (name, email) if "@" in email else (user, "")
