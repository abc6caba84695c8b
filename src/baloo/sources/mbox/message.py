"""Who sent a message, and when: by headers that may be hidden from harvesters, rewritten by a list, or broken."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Mapping
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import parseaddr, parsedate_to_datetime

__all__ = ["sender", "sent"]

_HIDDEN = re.compile(r"([\w.+=/-]+)\s*(?:\(at\)|\[at\]|\(a\)|\bat\b)\s*((?:[\w-]+\.)+\w+)", re.IGNORECASE)
_VIA = re.compile(r"\s+via\s+.*$", re.IGNORECASE | re.DOTALL)
_DELIVERED = re.compile(r"([A-Z][a-z]{2} +\d{1,2} +\d{1,2}:\d{2}(?::\d{2})?)(?: ([A-Z]{2,5}|[+-]\d{4}))? (\d{4})")


def sender(headers: Mapping[str, str]) -> dict[str, str | None]:
    """The name and the address of who wrote it; None for what it does not tell.

    A list that sends in people's stead (`Ama Mensah via Crafts <crafts@lists…>`) says where they are in another header.
    """
    name, address = _person(headers.get("from", ""))
    if _VIA.search(name):
        name = _VIA.sub("", name)
        others = (_person(headers.get(other, ""))[1] for other in ("x-original-from", "reply-to"))
        address = next((other for other in others if other and other != address), "")
    return {"name": name or None, "email": address or None}


def sent(headers: Mapping[str, str]) -> str | None:
    """When, with its offset; where the header is broken, when it was delivered, which mailboxes tell in UTC. None for neither."""
    try:
        found = parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError, IndexError, OverflowError):
        found = None
    if found is None or found.year < 1970:
        line = _DELIVERED.search(headers.get("unixfrom", ""))
        try:
            found = dt.datetime.strptime(f"{line[1]} {line[3]}", "%b %d %H:%M:%S %Y") if line else None  # noqa: DTZ007 - below
        except ValueError:
            found = None
    if found is None:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=dt.UTC)).isoformat()


def _person(text: str) -> tuple[str, str]:
    """Name and address of a header."""
    if "@" not in text:
        text = _HIDDEN.sub(r"\1@\2", text)
    name, address = parseaddr(text)
    if "@" not in address:
        name, address = text, ""
    return _decoded(name), address


def _decoded(text: str) -> str:
    """A text of encoded words; as it stands where its encoding is unknown or broken."""
    with contextlib.suppress(HeaderParseError, LookupError, ValueError):
        text = str(make_header(decode_header(text))) or text
    return " ".join(text.split())
