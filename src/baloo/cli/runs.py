"""`baloo runs`: when systems were read, what that brought, and what is the matter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from baloo.cli.common import AsJson, state
from baloo.cli.output import answer, narrate, table
from baloo.errors import UnknownName

if TYPE_CHECKING:
    from baloo.records.runs import Run

__all__ = ["register"]

_SILENT = "nothing came, which is longer than usual,"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(runs)


def runs(
    context: typer.Context,
    system: Annotated[str | None, typer.Option(help="Only the runs of this system.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="So many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """The latest runs of sources: what each brought, how long it took, why it failed; and which source is late or silent."""
    from baloo.records import Records
    from baloo.registry import load
    from baloo.watch.runs import moment, runs_of

    now = state(context)
    registry = load(now.workspace.registry)
    records = Records.open(now.workspace.records)
    try:
        found, alarmed, _ = runs_of(records, registry, now.clock.now(), limit=limit, system=system)
    finally:
        records.close()
    if system is not None and not found and system not in registry.systems:
        raise UnknownName("system", system, registry.systems)
    data = [asdict(run) | {"began": moment(run.began).isoformat(), "seconds": run.seconds,
                           "ended": None if run.ended is None else moment(run.ended).isoformat()} for run in found]
    told = [{"system": one.system, "what": one.what, "since": one.since and one.since.isoformat()} for one in alarmed]
    answer({"runs": data, "alarms": told}, _text(found), as_json=as_json)
    for one in alarmed:
        since = f"since {one.since:%Y-%m-%d %H:%M}" if one.since else "ever"
        what = {"overdue": "no run went well", "failed": "the last run failed; none went well"}.get(one.what, _SILENT)
        narrate(f"{one.system}: {what} {since}.")


def _text(found: Sequence[Run]) -> str:
    from baloo.watch.runs import moment

    if not found:
        return "No source was read yet."
    heads = ("system", "source", "began", "seconds", "", "read", "new", "duplicate", "refused", "by", "why")
    rows = [
        (run.system, run.source, f"{moment(run.began):%Y-%m-%d %H:%M}", "" if run.seconds is None else f"{run.seconds:.1f}",
         run.outcome, run.read, run.accepted, run.duplicates, run.refused, run.asked, run.why)
        for run in found
    ]  # fmt: skip
    return table(heads, rows)
