"""Mailing lists: one contribution a message; from mailbox files, or from the archives that Pipermail keeps, month by month."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

from baloo.sources.api import Api
from baloo.sources.mbox.mailbox import messages, parse
from baloo.sources.mbox.message import sender, sent
from baloo.sources.recipe import Cursor, Page, Recipe, Record

__all__ = ["RECIPE"]

_MONTHS = ["January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"]  # fmt: skip
_FILE = re.compile(rf'href="(?:[^"]*/)?(\d{{4}})-({"|".join(_MONTHS)})\.txt(\.gz)?"', re.IGNORECASE)
_REPLY = re.compile(r"\s*(?:re|aw|sv|antw|rép|ref|odp|vá)\s*(?:\[\d+\])?:", re.IGNORECASE)
_LIST = re.compile(r"<([^<>\s]+)>")


def _walk(api: Api, at: Cursor) -> Iterator[Page]:
    """The months of an archive, oldest first, from the last one that was read: it may have grown."""
    begin = (at.get("since") or "0000-00")[:7]
    months = api.file("/", _index)
    name = api.base.rpartition("/")[2]
    for month in sorted(months):
        if month >= begin:
            found = api.file(months[month], _unpacked)
            yield Page([{"list-id": f"<{name}>"} | one for one in messages(BytesIO(found))], {"since": f"{month}-01T00:00:00Z"})


def _index(body: bytes) -> dict[str, str]:
    """Month, such as 2024-06, to the name of its file, where there are two the packed one. Raises ValueError for half a page."""
    text = body.decode("utf-8", "replace")
    if "</html>" not in text.lower():
        raise ValueError("half a page")
    found: dict[str, str] = {}
    for year, month, packed in _FILE.findall(text):
        key = f"{year}-{_MONTHS.index(month.title()) + 1:02d}"
        if packed or key not in found:
            found[key] = f"{year}-{month}.txt{packed}"
    return found


def _unpacked(body: bytes) -> bytes:
    """A month's mailbox, which the server may have unpacked already. Raises ValueError for one that is cut off."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return gzip.decompress(body)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError("half a file") from error


def _unfold(message: Any, _addresses: Sequence[str]) -> Iterator[Record]:  # noqa: ANN401 - the headers of a message, or Perceval's
    headers = {name.lower(): value for name, value in message.items() if isinstance(value, str)}
    answers = headers.get("in-reply-to") or headers.get("references") or _REPLY.match(headers.get("subject", ""))
    found = _LIST.search(headers.get("list-id", ""))
    key = headers.get("message-id", "").strip() or f"{headers.get('unixfrom')} {headers.get('from')} {headers.get('subject')}"
    yield sender(headers) | {
        "type": "reply" if answers else "thread", "key": key, "at": sent(headers), "list": found and found[1],
    }  # fmt: skip


RECIPE = Recipe("Mailing lists", _walk, _unfold, parse, per_second=0.5)
