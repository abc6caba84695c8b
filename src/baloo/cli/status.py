"""`baloo status`: how far each system is, who is silent, and what is planned."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from baloo.cli.common import AsJson, state
from baloo.cli.output import answer, narrate, table

if TYPE_CHECKING:
    from baloo.watch.report import Integration, TotalsOf

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(status)


def status(context: typer.Context, as_json: AsJson = False) -> None:
    """How far each system is, stage by stage, told by what is true; who is silent; the plan by quarter."""
    import msgspec

    from baloo.metrics.derived import read_manifest
    from baloo.registry import load
    from baloo.watch.heard import known_of
    from baloo.watch.report import integration
    from baloo.worker.report import heard

    now = state(context)
    registry = load(now.workspace.registry)
    known = known_of(read_manifest(now.workspace.derived), heard(now.workspace, registry.systems))
    found = integration(registry, known, now.clock.today())
    answer(msgspec.to_builtins(found), _text(found), as_json=as_json)
    for one in found.systems:
        if one.silent_days is not None:
            narrate(f"{one.system}: nothing for {one.silent_days} days, which is longer than usual.")


def _text(found: Integration) -> str:
    if not found.systems:
        return "The registry declares no system yet."
    heads = ("system", *(stage.stage for stage in found.systems[0].stages), "", "areas")
    rows = [
        (one.system, *(stage.state for stage in one.stages), f"{one.percent} %", " ".join(one.areas)) for one in found.systems
    ]  # fmt: skip
    parts = [table(heads, rows), _coverage(found)]
    parts += ["  ".join([q.quarter, q.state, *_work(q.totals), *q.systems]) for q in found.roadmap]
    blocked = [(one, stage) for one in found.systems for stage in one.stages if stage.state == "blocked"]
    parts += [f"{one.system} waits with {stage.stage} for {', '.join(stage.work)}." for one, stage in blocked]
    return "\n".join(parts)


def _coverage(found: Integration) -> str:
    c = found.coverage
    return (
        f"{c.automatic + c.manual} of {c.automatic_known + c.manual_known} known systems are in: "
        f"{c.automatic} of {c.automatic_known} automatic, {c.manual} of {c.manual_known} by hand."
    )


def _work(found: TotalsOf) -> list[str]:
    return [f"{found.total} to do, {found.open} open"] if found.total else []
