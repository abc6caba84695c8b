"""What the commands share: the workspace that `-w` names, the clock, options used by many."""

from __future__ import annotations

import contextlib
import datetime as dt
import getpass
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from baloo.clock import Clock, clock_from_environment
from baloo.errors import InputError
from baloo.workspace import Workspace

if TYPE_CHECKING:
    from baloo.records import Records

__all__ = [
    "AsJson", "Reason", "State", "as_day", "linked", "me", "micros", "opened", "searched", "shown_day", "shown_minute", "state",
]  # fmt: skip

AsJson: TypeAlias = Annotated[bool, typer.Option("--json", help="Answer as JSON on stdout.")]
Reason: TypeAlias = Annotated[str, typer.Option(help="Why; kept with the evidence.")]


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
    """The day that an option names, None where it is absent; as over HTTP, one between 1970 and 2999."""
    if text is None:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise InputError(f"`{text}` is not a day.", where=option, remedy="Write it like 2026-11-22.") from error
    if not 1970 <= day.year <= 2999:
        raise InputError(f"`{text}` is too far away.", where=option, remedy="Name a day between 1970-01-01 and 2999-12-31.")
    return day


@contextlib.contextmanager
def opened(now: State) -> Iterator[Records]:
    """The records, in which everybody who was loaded is known by person, as far as the first rules tell."""
    from baloo.people.first import join
    from baloo.records import Records

    records = Records.open(now.workspace.records)
    try:
        join(records, now=micros(now))
        yield records
    finally:
        records.close()


@contextlib.contextmanager
def searched(now: State) -> Iterator[Records]:
    """The records, in which nobody waits to be searched."""
    from baloo.people.find import find
    from baloo.worker.effort import counted_in

    with opened(now) as records:
        find(records, now=micros(now), contributions=counted_in(now.workspace))
        yield records


def me() -> str:
    """Who gives the command, for history and audit."""
    try:
        return f"operator {getpass.getuser()}"
    except (KeyError, OSError):
        return "operator"


def linked(now: State, path: str) -> tuple[str, str]:
    """A link to a page, whole where the server's address is set, and what its reader must do first where it is not."""
    address = str(now.workspace.settings["address"]).rstrip("/")
    return f"{address}{path}", "" if address else "Put the address of your server before it. "


def shown_day(moment: int | None) -> str:
    """The day of a moment in microseconds since 1970, in UTC; empty for None."""
    return "" if moment is None else shown_minute(moment).partition(" ")[0]


def shown_minute(moment: int) -> str:
    """A moment in microseconds since 1970, as tables have it, in UTC."""
    return f"{dt.datetime.fromtimestamp(moment / 1_000_000, dt.UTC):%Y-%m-%d %H:%M}"


def micros(now: State) -> int:
    """The present time in microseconds since 1970."""
    return int(now.clock.now().timestamp() * 1_000_000)
