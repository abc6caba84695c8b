"""`baloo system`: which systems are in production, and which only try out."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from baloo.cli.common import AsJson, State, me, shown_day, state
from baloo.cli.output import answer, narrate, table
from baloo.errors import InputError, UnknownName

if TYPE_CHECKING:
    from baloo.ingest.systems import State as Standing
    from baloo.ingest.systems import Systems
    from baloo.registry.model import System

__all__ = ["register", "systems_of"]

_NOTICED = 1.1  # seconds until a running server has looked at who is in production
group = typer.Typer(no_args_is_help=True, help="Systems: in staging they try out, in production they count.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="system")


@group.command("list")
def list_(context: typer.Context, as_json: AsJson = False) -> None:
    """Every system of the registry: whether what its tokens send counts, and what came of it so far."""
    from baloo.cli.tokens import tokens_of
    from baloo.metrics.derived import read_manifest
    from baloo.registry import load

    now = state(context)
    registry = load(now.workspace.registry)
    manifest = read_manifest(now.workspace.derived)
    tried = {system: events for system, (events, _) in manifest.staging.items()} if manifest else {}
    with systems_of(now) as systems, tokens_of(now) as tokens:
        found = systems.states(sorted(registry.systems))
        sending = {token.system for token in tokens.list()}
    data = [
        asdict(s) | {"environment": _environment(s, sending), "owner": registry.systems[s.system].owner,
                     "staging_events": tried.get(s.system, 0)}
        for s in found
    ]  # fmt: skip
    heads = ("system", "environment", "since", "tried out", "counted", "owner")
    rows = [
        (s.system, _environment(s, sending) or "no token yet", shown_day(s.promoted), _amount(tried.get(s.system, 0), s.tried),
         "yes" if s.counted else "no", registry.systems[s.system].owner or "nobody")
        for s in found
    ]  # fmt: skip
    answer(data, table(heads, rows) if rows else "The registry declares no system yet.", as_json=as_json)


@group.command()
def promote(
    context: typer.Context,
    system: Annotated[str, typer.Argument(help="The system, of which one event at least was accepted in staging.")],
) -> None:
    """Let a system into production: what its tokens send from now on counts. Its owner decides that."""
    now = state(context)
    owner = _declared(now, system).owner
    if owner is None:
        raise InputError(
            f"`{system}` has no owner who could let it in.", where=f"registry/systems/{system}.yaml",
            remedy="Write `owner:` with the address of who looks after it.",
        )  # fmt: skip
    with systems_of(now) as systems:
        fresh = systems.promote(system, me())
    time.sleep(_NOTICED if fresh else 0)
    narrate(f"{system} is in production{'' if fresh else ' already'}: what its tokens send counts. What it tried out never does.")


@group.command()
def demote(context: typer.Context, system: Annotated[str, typer.Argument(help="The system.")]) -> None:
    """Put a system back into staging, where it counts nothing more; what it sent in production stays counted."""
    now = state(context)
    _declared(now, system)
    with systems_of(now) as systems:
        fresh = systems.demote(system, me())
    narrate(f"{system} is in staging{'' if fresh else ' already'}: what its tokens send is judged, shown and never counted.")


@contextlib.contextmanager
def systems_of(now: State) -> Iterator[Systems]:
    """The states of the systems of a workspace."""
    from baloo.ingest.systems import Systems
    from baloo.queue.log import LogQueue
    from baloo.records import Records

    records = Records.open(now.workspace.records)
    queue = LogQueue(now.workspace.queue)
    try:
        yield Systems(records, queue, now.clock)
    finally:
        queue.close()
        records.close()


def _declared(now: State, system: str) -> System:
    from baloo.registry import load

    declared = load(now.workspace.registry).systems
    if system not in declared:
        raise UnknownName("system", system, declared)
    return declared[system]


def _environment(stands: Standing, sending: set[str]) -> str | None:
    """Of what its tokens send; None for a system that never had one."""
    return "production" if stands.promoted is not None else "staging" if stands.system in sending else None


def _amount(events: int, tried: bool) -> str:
    return f"{events:,}" if events else "yes" if tried else "no"
