"""`baloo demo`: a fictional community of any size, through the same door as a real one."""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from baloo.cli.common import State, as_day, state
from baloo.cli.output import answer, narrate, progress
from baloo.cli.serve import become_server
from baloo.errors import InputError
from baloo.workspace import Workspace

if TYPE_CHECKING:
    from baloo.clock import Clock
    from baloo.sources.base import Source

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(demo)


def demo(
    context: typer.Context,
    into: Annotated[
        Path, typer.Option(metavar="DIR", help="Where its workspace stands; one that is there is served as it is.")
    ] = Path("demo"),
    people: Annotated[int, typer.Option(min=1, help="How many people, over all the years.")] = 3000,
    years: Annotated[int, typer.Option(min=1, max=50, help="How many years of history.")] = 5,
    until: Annotated[str | None, typer.Option(help="The last day of the history; today where it is not given.")] = None,
    seed: Annotated[int, typer.Option(help="Another number, another community.")] = 1,
    write: Annotated[
        str | None, typer.Option(metavar="FILE", help="Only write the events, as NDJSON, to FILE (`-`: stdout).")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port of the dashboard.")] = 8000,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the headline.")] = False,
) -> None:
    """Invent a community, send its history through the door, count it, and serve its dashboard."""
    now = state(context)
    last = as_day(until, "--until") or now.clock.today()
    if write is not None:
        _write(write, people, years, last, seed)
        return
    workspace = _standing(into) or _build(into, now, people, years, last, seed)
    headline(workspace, now.clock)
    if not no_serve:
        become_server(workspace.root.as_posix(), host, port)


def headline(workspace: Workspace, clock: Clock) -> None:
    """Print the question of the community and its answer."""
    from baloo.metrics.answers import Answers
    from baloo.registry import load

    registry = load(workspace.registry)
    count = Answers.open(workspace.derived, registry, clock).count("community")
    community, people = registry.community, count.value or 0
    reached = community.target is None or people >= community.target
    word = "Yes." if reached else "Nearly." if people * 10 >= (community.target or 0) * 9 else "Not yet."
    text = f"{community.question} {word} {people:,} people are active in {community.title}, each counted once."
    answer({"active": people, "as_of": count.as_of}, text, as_json=False)


def _standing(folder: Path) -> Workspace | None:
    """The finished demo in the folder; an unfinished one is cleared away, and a real community is left alone."""
    if not (folder / "baloo.toml").exists():
        return None
    workspace = Workspace.open(folder)
    if not workspace.settings["demo"]:
        raise InputError("A real community stands here.", where=str(folder), remedy="Name another folder with --into.")
    if (workspace.derived / "manifest.json").exists():
        return workspace
    shutil.rmtree(folder)
    return None


def _build(folder: Path, now: State, people: int, years: int, until: dt.date, seed: int) -> Workspace:
    from baloo.demo.files import exclusions, mailmap, roster_csv
    from baloo.demo.registry import write_registry
    from baloo.demo.source import DemoSource
    from baloo.ingest.accept import Door
    from baloo.people.find import find
    from baloo.people.hands import exclude
    from baloo.people.lists import import_mailmap, import_roster
    from baloo.people.refer import resolve_reference
    from baloo.queue.log import LogQueue
    from baloo.records import Records
    from baloo.registry import load
    from baloo.registry.provider import RegistryProvider
    from baloo.worker.effort import counted_in
    from baloo.worker.importing import run_import

    workspace = Workspace.init(folder, settings="demo = true\n")
    write_registry(workspace.registry, until=until, people=people)
    door = Door(RegistryProvider(workspace.registry, load), now.clock, workspace.settings)
    queue = LogQueue(workspace.queue)
    with progress(f"Inventing {people:,} people", "events") as bar:

        def say(_: Source, share: float, read: int) -> None:
            bar.at(share, read)

        report = run_import(workspace, door, queue, [DemoSource(people, years, until, seed)], namespace="baloo", say=say)
    queue.close()
    narrate(f"{report.accepted:,} contributions of {people:,} fictional people went through the door in {report.seconds:.0f} s.")
    records = Records.open(workspace.records)
    micros = int(now.clock.now().timestamp() * 1_000_000)
    find(records, now=micros, contributions=counted_in(workspace))
    import_mailmap(records, mailmap(people, years, seed), "code:.mailmap", who="the demo", now=micros)
    for reference, why, reason in exclusions():
        exclude(records, resolve_reference(records, reference), why=why, who="the demo", reason=reason, now=micros)
    import_roster(records, roster_csv(people, years, until, seed), "roster.csv", who="the demo", now=micros)
    records.close()
    _count(workspace, now.clock)
    return workspace


def _count(workspace: Workspace, clock: Clock) -> None:
    from baloo.worker.parts import Parts
    from baloo.worker.work import Work

    with workspace.lock("lake", "baloo demo"):
        parts = Parts(workspace, clock)
        try:
            done = Work(parts).refresh()
        finally:
            parts.close()
    narrate(f"Counted in {done.seconds:.1f} s.")


def _write(target: str, people: int, years: int, until: dt.date, seed: int) -> None:
    from baloo.demo.history import events

    stream = sys.stdout.buffer if target == "-" else Path(target).open("wb")  # noqa: SIM115 - stdout is not ours to close
    try:
        for line in events(people, years, until, seed):
            stream.write(line)
    finally:
        stream.flush()
        if target != "-":
            stream.close()
