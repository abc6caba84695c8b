"""What an area says of what is written down by hand: part of `model`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = ["Log"]


@dataclass(frozen=True, slots=True)
class Log:
    """What loggers of an area write down by hand: as events of which system and kind, with which fields already said."""

    system: str
    kind: str
    said: tuple[tuple[str, str | int | float | bool], ...]  # what makes an event the area's own, of the line of `counts`
    types: Mapping[str, str]  # what can be chosen, to its title; the agreed list of the area
    private: bool = False  # unless the logger says otherwise
    needs: tuple[str, ...] = ()  # fields of `extra` that may not be left out, and `link`
