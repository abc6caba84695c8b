"""`baloo quarantine`: what was refused, why, and once more through the door."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from baloo.cli.common import AsJson, State, state
from baloo.cli.output import answer, narrate, table
from baloo.errors import InputError

if TYPE_CHECKING:
    from baloo.ingest.quarantine import Quarantine

__all__ = ["register"]

group = typer.Typer(no_args_is_help=True, help="What was refused, why, and once more through the door.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="quarantine")


@group.command("list")
def list_(
    context: typer.Context,
    reason: Annotated[str | None, typer.Option(metavar="SLUG", help="Events refused for this reason, one by one.")] = None,
    system: Annotated[str | None, typer.Option(help="Events of this system, one by one.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many events.")] = 50,
    as_json: AsJson = False,
) -> None:
    """What waits: grouped by reason, or event by event."""
    with _quarantine(state(context)) as quarantine:
        if reason is None and system is None:
            groups = quarantine.groups()
            rows = [(g.count, g.slug, g.pointer or "(whole)", g.system or "", g.reason) for g in groups]
            text = table(("events", "reason", "pointer", "system", "newest says"), rows) if rows else "Nothing is refused."
            answer([asdict(g) for g in groups], text, as_json=as_json)
            for slug, remedy in {g.slug: g.remedy for g in groups}.items():
                narrate(f"{slug}: {remedy}")
            return
        kept = quarantine.list(slug=reason, system=system, limit=limit)
        events = [(k.id, _moment(k.received), k.slug, k.pointer or "(whole)", k.system or "", k.reason) for k in kept]
        heads = ("id", "received", "reason", "pointer", "system", "says")
        text = table(heads, events) if events else "Nothing of that kind waits."
        answer([asdict(k) for k in kept], text, as_json=as_json)


@group.command()
def show(context: typer.Context, number: Annotated[int, typer.Argument(metavar="ID")], as_json: AsJson = False) -> None:
    """One refused event as it arrived. It may hold names and addresses: mind where you show it."""
    with _quarantine(state(context)) as quarantine:
        whole = quarantine.show(number)
    body = whole.body.decode("utf-8", "replace")
    answer(asdict(whole.kept) | {"body": body}, body, as_json=as_json)
    narrate(f"{whole.kept.slug} at {whole.kept.pointer or 'the whole event'}: {whole.kept.reason} {whole.kept.remedy}")


@group.command()
def replay(
    context: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="Which events.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that wait.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send refused events through the door again, with the registry of now. Nothing counts twice."""
    from baloo.ingest.accept import Door
    from baloo.queue.sqlite import SqliteQueue
    from baloo.registry import load
    from baloo.registry.provider import RegistryProvider

    if not numbers and not everything:
        raise InputError("Which events?", remedy="Name their ids (see `baloo quarantine list --reason ...`), or say --all.")
    now = state(context)
    door = Door(RegistryProvider(now.workspace.registry, load), now.clock, now.workspace.settings)
    queue = SqliteQueue(now.workspace.queue)
    try:
        with _quarantine(now) as quarantine:
            done = quarantine.replay(door, queue.append, "all" if everything else numbers or [])
    finally:
        queue.close()
    gone = 0 if everything else len(set(numbers or [])) - done.tried
    if gone and not done.tried:
        raise InputError("None of these ids waits.", remedy="`baloo quarantine list --reason ...` has those that do.")
    if gone:
        narrate(f"{gone:,} of these ids do not wait.")
    text = f"{done.tried:,} tried: {done.accepted:,} accepted, {done.refused:,} refused again."
    answer(asdict(done), text, as_json=as_json)
    if done.accepted:
        narrate("They count after the next `baloo refresh`, or by themselves where a server runs.")


@contextlib.contextmanager
def _quarantine(now: State) -> Iterator[Quarantine]:
    from baloo.ingest.quarantine import Quarantine
    from baloo.records import Records

    records = Records.open(now.workspace.records)
    try:
        yield Quarantine(records)
    finally:
        records.close()


def _moment(micros: int) -> str:
    return dt.datetime.fromtimestamp(micros / 1_000_000, dt.UTC).strftime("%Y-%m-%d %H:%M")
