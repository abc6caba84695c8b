"""The archives of mailing lists on the web, month by month: Pipermail's (Mailman 2), and HyperKitty's (Mailman 3)."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import zlib
from collections.abc import Iterator
from io import BytesIO

from baloo.errors import InputError
from baloo.sources.api import Api
from baloo.sources.mbox.mailbox import messages
from baloo.sources.recipe import Cursor, Page

__all__ = ["walk"]

_MONTHS = ["January", "February", "March", "April", "May", "June",
           "July", "August", "September", "October", "November", "December"]  # fmt: skip
_FILE = re.compile(rf'href="(?:[^"]*/)?(\d{{4}})-({"|".join(_MONTHS)})\.txt(\.gz)?"', re.IGNORECASE)
_MONTH = re.compile(r'href="[^"]*/list/[^"/]+/(\d{4})/(\d{1,2})/"')


def walk(api: Api, at: Cursor) -> Iterator[Page]:
    """The months of an archive, oldest first, from the one of `since`: it may have grown. Raises InputError for what is none."""
    begin = (at.get("since") or "0000-00")[:7]
    months = api.file("/", _index)
    if not months:
        raise InputError("This page lists no months of an archive.", where=api.base,
                         remedy="Name the page of one list, such as .../pipermail/LIST or .../archives/list/LIST@HOST.")
    for month in sorted(months):
        if month >= begin:
            found = api.file(months[month], _unpacked)
            yield Page(list(messages(BytesIO(found))), {"since": f"{month}-01T00:00:00Z"})


def _index(body: bytes) -> dict[str, str]:
    """Month, such as 2024-06, to its file's address, where there are two the packed one's. Raises ValueError for half a page."""
    text = body.decode("utf-8", "replace")
    if "</html>" not in text.lower():
        raise ValueError("half a page")
    found = {f"{year}-{int(month):02d}": _export(int(year), int(month)) for year, month in _MONTH.findall(text)}
    for year, month, packed in _FILE.findall(text):
        key = f"{year}-{_MONTHS.index(month.title()) + 1:02d}"
        if packed or key not in found:
            found[key] = f"{year}-{month}.txt{packed}"
    return found


def _export(year: int, month: int) -> str:
    """Where HyperKitty gives the messages of a month as a mailbox."""
    begin = dt.date(year, month, 1)
    end = (begin + dt.timedelta(days=31)).replace(day=1)
    return f"export/{begin:%Y-%m}.mbox.gz?start={begin}&end={end}"


def _unpacked(body: bytes) -> bytes:
    """A month's mailbox, which the server may have unpacked already. Raises ValueError for one that is cut off."""
    if not body.startswith(b"\x1f\x8b"):
        return body
    try:
        return gzip.decompress(body)
    except (EOFError, OSError, zlib.error) as error:
        raise ValueError("half a file") from error
