"""What somebody who holds the data can tell `check`, so that it can see what rules and data do not say to each other."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from baloo.registry.model import Scalar

__all__ = ["Facts"]


class Facts(Protocol):
    """Answers from the lake and from what was counted; None where nothing is known."""

    def values(self, system: str, kind: str | None, field: str) -> Collection[Scalar] | None:
        """The distinct values of a field of `extra` (elements, where it is a list) in events of a system.

        `kind` None asks for all kinds. Numbers and `true` may come as the texts that JSON has for them. None where nothing
        is known: no such event came yet, or there are too many values.
        """
        ...

    def core_not_active(self, area: str) -> int | None:
        """How many people hold a core point of the area today and are not active in it."""
        ...
