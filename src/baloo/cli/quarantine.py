"""`baloo quarantine`: what was refused, why, and once more through the door."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from baloo.cli.common import AsJson, State, me, shown_minute, state
from baloo.cli.output import answer, narrate, table
from baloo.errors import InputError

if TYPE_CHECKING:
    from baloo.ingest.quarantine import Quarantine, Replayed

__all__ = ["register"]

Reason: TypeAlias = Annotated[str | None, typer.Option(metavar="SLUG", help="Those refused for this reason.")]
System: TypeAlias = Annotated[str | None, typer.Option(help="Those of this system.")]

_LARGEST = (1 << 63) - 1  # id that a database has

group = typer.Typer(no_args_is_help=True, help="What was refused, why, and once more through the door.")


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(group, name="quarantine")


@group.command("list")
def list_(
    context: typer.Context,
    reason: Reason = None,
    system: System = None,
    limit: Annotated[int, typer.Option(min=1, max=_LARGEST, help="At most so many events.")] = 50,
    after: Annotated[
        int, typer.Option(min=0, max=_LARGEST, metavar="ID", help="Events behind this one: the last of the page before."),
    ] = 0,
    as_json: AsJson = False,
) -> None:
    """What waits: grouped by reason; with --reason or --system, event by event."""
    now = state(context)
    with _quarantine(now) as quarantine:
        groups = quarantine.groups()
        if reason is None and system is None:
            rows = [(g.count, g.slug, g.pointer or "(whole)", g.system or "", g.reason) for g in groups]
            text = table(("events", "reason", "pointer", "system", "newest says"), rows) if rows else "Nothing is refused."
            answer([asdict(g) for g in groups], text, as_json=as_json)
            for slug, remedy in {g.slug: g.remedy for g in groups}.items():
                narrate(f"{slug}: {remedy}")
            if groups:
                narrate(f"The oldest is forgotten on {_end(now, min(g.first for g in groups))}.")
            return
        kept = quarantine.list(slug=reason, system=system, after=after, limit=limit)
    events = [(k.id, shown_minute(k.received), k.slug, k.pointer or "(whole)", k.system or "", k.reason) for k in kept]
    heads = ("id", "received", "reason", "pointer", "system", "says")
    text = table(heads, events) if events else "Nothing of that kind waits."
    answer([asdict(k) | {"remedy": k.remedy} for k in kept], text, as_json=as_json)
    if not kept and groups:
        narrate(f"Reasons of what waits: {_listed(g.slug for g in groups)}. Systems: {_listed(g.system for g in groups)}.")


@group.command()
def show(
    context: typer.Context, number: Annotated[int, typer.Argument(metavar="ID", max=_LARGEST)], as_json: AsJson = False,
) -> None:
    """One refused event as it arrived. It may hold names and addresses: mind where you show it."""
    now = state(context)
    with _quarantine(now) as quarantine:
        whole = quarantine.show(number)
    kept, body = whole.kept, whole.body.decode("utf-8", "replace")
    answer(asdict(kept) | {"remedy": kept.remedy, "body": body}, body, as_json=as_json)
    narrate(f"{kept.slug} at {kept.pointer or 'the whole event'}: {kept.reason} {kept.remedy}")
    where = f"{kept.system or 'no system of the registry'}, namespace {kept.namespace}"
    narrate(f"Received {shown_minute(kept.received)} from {where}; {kept.state}, and forgotten on {_end(now, kept.received)}.")
    if not kept.authenticated:
        narrate("Its sender was nobody known, or only tried out: replayed, it is staging and does not count.")


@group.command()
def replay(
    context: typer.Context,
    numbers: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", max=_LARGEST, help="Which events.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that wait.")] = False,
    reason: Reason = None,
    system: System = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Judge them, and leave everything as it is.")] = False,
    as_json: AsJson = False,
) -> None:
    """Send refused events through the door again, with the registry and its mappings of now. Nothing counts twice."""
    from baloo.ingest.accept import Door
    from baloo.queue.log import LogQueue
    from baloo.registry import load
    from baloo.registry.provider import RegistryProvider

    narrowed = reason is not None or system is not None
    if [bool(numbers), everything, narrowed].count(True) != 1:
        remedy = "Name their ids (see `baloo quarantine list --reason ...`), or say --reason, --system or --all."
        raise InputError("Which events?", remedy=remedy)
    now = state(context)
    door = Door(RegistryProvider(now.workspace.registry, load), now.clock, now.workspace.settings)
    with _quarantine(now) as quarantine, contextlib.ExitStack() as stack:
        append = None
        if not dry_run:
            queue = LogQueue(now.workspace.queue)
            stack.callback(queue.close)
            append = queue.append
        done = quarantine.replay(door, append, numbers or quarantine.waiting(slug=reason, system=system), me())
    gone = len(set(numbers or [])) - done.tried if numbers else 0
    if gone and not done.tried:
        raise InputError("None of these ids waits.", remedy="`baloo quarantine list --reason ...` has those that do.")
    if gone:
        narrate(f"{gone:,} of these ids do not wait.")
    _tell(done, dry=dry_run, as_json=as_json)


def _tell(done: Replayed, *, dry: bool, as_json: bool) -> None:
    would = "would be " if dry else ""
    text = f"{done.tried:,} tried: {done.accepted:,} {would}accepted, {done.refused:,} {would}refused again."
    again = [{"pointer": pointer, "reason": reason, "count": n} for (pointer, reason), n in done.again.most_common()]
    answer(asdict(done) | {"again": again, "dry": dry}, text, as_json=as_json)
    for one in again[:10]:
        narrate(f"refused again {one['count']:,}: {one['reason']} ({one['pointer'] or 'the whole event'})")
    if done.accepted and not dry:
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


def _listed(names: Iterable[str | None]) -> str:
    return ", ".join(sorted({name for name in names if name})) or "none"


def _end(now: State, received: int) -> str:
    """The day on which a refused event is forgotten."""
    days = now.workspace.settings["quarantine_days"]
    return (dt.datetime.fromtimestamp(received / 1_000_000, dt.UTC) + dt.timedelta(days=days)).strftime("%Y-%m-%d")
