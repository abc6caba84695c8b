"""The form before 0.1, of Blackhole: the payload with `guid` and `volunteer` and without `version`."""

from __future__ import annotations

from collections.abc import Mapping

from baloo.ingest.forms import v01
from baloo.ingest.forms.draft import Draft
from baloo.ingest.terms import Terms

__all__ = ["NAMES", "fits", "read"]

NAMES = v01.NAMES
"""Pointers of version 1 to those of this form."""


def fits(keys: Mapping[str, object]) -> bool:
    """Whether these are keys of the seeds' payload, with a guid or a word on pay, and no version."""
    return "version" not in keys and ("guid" in keys or "volunteer" in keys) and v01.fits(keys)


def read(raw: bytes, terms: Terms) -> Draft:
    """The draft of a payload of Blackhole; its guid is the id. Raises Refused."""
    return v01.convert(v01.decode(raw), terms)
