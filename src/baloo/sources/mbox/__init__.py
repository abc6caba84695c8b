"""Mailing lists: one contribution a message; from mailbox files, or from the archives of Mailman 2 and 3, month by month."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from baloo.sources.mbox.archive import walk
from baloo.sources.mbox.mailbox import parse
from baloo.sources.mbox.message import sender, sent
from baloo.sources.recipe import Recipe, Record

__all__ = ["RECIPE"]

_REPLY = re.compile(r"\s*(?:re|aw|sv|antw|rép|ref|odp|vá)\s*(?:\[\d+\])?:", re.IGNORECASE)
_LIST = re.compile(r"<([^<>\s]+)>")


def _unfold(message: Any, addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - the headers of a message, or Perceval's
    headers = {name.lower(): value for name, value in message.items() if isinstance(value, str)}
    answers = headers.get("in-reply-to") or headers.get("references") or _REPLY.match(headers.get("subject", ""))
    found = _LIST.search(headers.get("list-id", ""))
    key = headers.get("message-id", "").strip() or f"{headers.get('unixfrom')} {headers.get('from')} {headers.get('subject')}"
    yield sender(headers) | {
        "type": "reply" if answers else "thread", "key": key, "at": sent(headers),
        "list": found[1] if found else _called(addresses),
    }  # fmt: skip


def _called(addresses: Sequence[str]) -> str | None:
    """What the list is called whose archive stands at the one address there is, as `List-Id` would have it."""
    return addresses[0].rpartition("/")[2].replace("@", ".") or None if len(addresses) == 1 else None


RECIPE = Recipe("Mailing lists", walk, _unfold, parse, per_second=0.5)
