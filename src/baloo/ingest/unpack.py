"""Gzip, unpacked no further than a limit."""

from __future__ import annotations

import zlib

from baloo.errors import InputError

__all__ = ["TooLarge", "gunzip"]

_GZIP = 31  # zlib's window bits for the gzip format
_MEMBERS = 1_000


class TooLarge(InputError):
    """More than the limit."""

    slug = "too-large"
    status = 413


def gunzip(data: bytes, limit: int) -> bytes:
    """What a gzip text of one member or more holds.

    Raises TooLarge as soon as it is longer than `limit` bytes, and InputError where it is damaged or cut off.
    """
    parts: list[bytes] = []
    room = limit
    while data:
        if len(parts) == _MEMBERS:
            raise InputError(f"The gzip text has more than {_MEMBERS} members.", remedy="Pack the body as one.")
        member = zlib.decompressobj(_GZIP)
        try:
            part = member.decompress(data, room + 1)
        except zlib.error:
            raise InputError("This is not gzip, or it is damaged.", remedy="Pack the body again.") from None
        if len(part) > room:
            raise TooLarge(f"The body unpacks to more than {limit:,} bytes.", remedy="Send less at once.")
        if not member.eof:
            raise InputError("The gzip text is cut off, or it is damaged.", remedy="Pack it again, and send it whole.")
        parts.append(part)
        room -= len(part)
        data = member.unused_data
    return b"".join(parts)
