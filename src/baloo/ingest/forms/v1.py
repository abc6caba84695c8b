"""The event of version 1: `schema, version, at, system, kind, actor` and, where wanted, `id, object, extra, environment`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from baloo.ingest.forms.draft import Actor, Draft
from baloo.ingest.forms.typed import refused
from baloo.ingest.terms import Terms

__all__ = ["NAMES", "decode", "fits", "read"]

NAMES: Mapping[str, str] = {}
"""Pointers of version 1 to those of this form: the same."""

_FIELDS = tuple(Draft.__struct_fields__)
_ACTOR = tuple(Actor.__struct_fields__)

decode = msgspec.json.Decoder(Draft).decode
"""The fast way in: raises msgspec.DecodeError for whatever does not fit."""


def fits(keys: Mapping[str, object]) -> bool:
    """Whether at least one key is of version 1."""
    return not keys.keys().isdisjoint(_FIELDS)


def read(raw: bytes, _terms: Terms) -> Draft:
    """The draft of an event of this form. Raises Refused."""
    try:
        return decode(raw)
    except msgspec.ValidationError as error:
        raise refused(error, _ACTOR if "$.actor" in str(error) else _FIELDS) from None
