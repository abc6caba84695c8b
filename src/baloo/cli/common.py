"""What the commands share: the workspace that `-w` names, the clock, options used by many."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, TypeAlias

import typer

from baloo.clock import Clock, clock_from_environment
from baloo.errors import InputError
from baloo.workspace import Workspace

__all__ = ["AsJson", "State", "as_day", "state"]

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Answer as JSON on stdout.")]


class State:
    """What the options before the command say. The workspace is opened when a command first asks for it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.clock: Clock = clock_from_environment()
        self._workspace: Workspace | None = None

    @property
    def workspace(self) -> Workspace:
        """The workspace that `-w` names."""
        if self._workspace is None:
            self._workspace = Workspace.open(self.folder)
        return self._workspace


def state(context: typer.Context) -> State:
    """The state that the root command made."""
    found = context.find_object(State)
    if found is None:
        raise InputError("No workspace was named.", remedy="Name one with `-w DIR`.")
    return found


def as_day(text: str | None, option: str) -> dt.date | None:
    """The day that an option names, None where it is absent."""
    if text is None:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"`{text}` is not a day.", where=option, remedy="Write it like 2026-11-22.") from error
