"""`baloo refresh` and `baloo count`: bring the numbers up to date, and ask for one."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from baloo.cli.common import AsJson, as_day, state
from baloo.cli.output import answer, narrate, number_of
from baloo.errors import InputError, UnknownName

if TYPE_CHECKING:
    import datetime as dt

    from baloo.metrics.answers import Answers, Count, Operation
    from baloo.workspace import Workspace

__all__ = ["register"]

LEVELS = ("visitor", "casual", "active", "core")
group = typer.Typer(no_args_is_help=True, help="Ask for a number.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(refresh)
    app.add_typer(group, name="count")


def refresh(
    context: typer.Context,
    whole: Annotated[bool, typer.Option("--all", help="Rebuild everything from the lake.")] = False,
    as_json: AsJson = False,
) -> None:
    """Load what waits, join people by account, address and `.mailmap`, and bring the counts up to date."""
    now = state(context)
    done = _refresh_here_or_there(now.workspace, now.clock, whole=whole)
    people = number_of(done["persons"], "person", "people")
    counted = f"{number_of(done['added'], 'contribution')} added, {done['removed']:,} removed, {people} recomputed"
    text = "Nothing new." if done["mode"] == "nothing" else f"Counted ({done['mode']}): {counted}, {done['seconds']:.1f} s."
    narrate(text)
    if unsearched := done.pop("unsearched", 0):
        narrate(f"{number_of(unsearched, 'account')} not yet compared by name: `baloo people find` joins and suggests.")
    answer(done, "", as_json=as_json)


@group.command()
def active(
    context: typer.Context,
    area: Annotated[str | None, typer.Option(help="Only this area, or `area/value` of a split one.")] = None,
    system: Annotated[str | None, typer.Option(help="Only this system.")] = None,
    organisation: Annotated[str | None, typer.Option(help="Only this organisation.")] = None,
    areas: Annotated[str | None, typer.Option(help="Several areas together, with commas between them.")] = None,
    op: Annotated[str, typer.Option(help="How: union, intersection, or difference: in the first and no other.")] = "union",
    level: Annotated[str, typer.Option(help="visitor, casual, active or core.")] = "active",
    as_of: Annotated[str | None, typer.Option(help="At the end of this day; today where it is not given.")] = None,
    window: Annotated[str | None, typer.Option(help="On at least one of the days up to then, such as `90 days`.")] = None,
    exclude_staff: Annotated[bool, typer.Option("--exclude-staff", help="Without the people who are staff on that day.")] = False,
    as_json: AsJson = False,
) -> None:
    """How many people are active, each counted once."""
    from baloo.metrics.answers import Answers
    from baloo.registry import load

    if level not in LEVELS:
        raise UnknownName("level", level, LEVELS)
    now = state(context)
    scope, named = _scope(area, system, organisation, areas)
    registry = load(now.workspace.registry)
    answers = Answers.open(now.workspace.derived, registry, now.clock)
    count, definition = _asked(answers, named, op, level, as_day(as_of, "--as-of"), window, staff=not exclude_staff)
    data = {
        "active": count.value, "as_of": count.as_of.isoformat(), "scope": scope, "level": level, "exclude_staff": exclude_staff,
        "provisional": count.provisional, "warming_up": count.warming_up, "definition": definition, "window": window,
        **({"areas": [name.removeprefix("area:") for name in named], "op": op} if areas else {}),
    }  # fmt: skip
    answer(data, f"{count.value:,}" if count.value is not None else "no number: no rule was in force yet", as_json=as_json)
    if not as_json:
        narrate(f"{definition} Counted at the end of {count.as_of.isoformat()}.{_flags(data)}")
        if named == ["community"] and not registry.areas:
            narrate("No area is declared yet, and people are counted in areas: write the first one in registry/areas/.")


def _refresh_here_or_there(workspace: Workspace, clock: Any, *, whole: bool) -> dict[str, Any]:  # noqa: ANN401 - a Clock, imported late
    from baloo.worker.control import ask

    done = ask(workspace, {"do": "refresh", "whole": whole})
    if done is not None:
        return done
    from baloo.people.news import waiting
    from baloo.worker.parts import Parts
    from baloo.worker.work import Work

    with workspace.lock("lake", "baloo refresh"):
        parts = Parts(workspace, clock)
        try:
            work = Work(parts)
            work.drain()
            return {**asdict(work.refresh(whole=whole)), "unsearched": waiting(parts.records)}
        finally:
            parts.close()


def _asked(
    answers: Answers, named: list[str], op: str, level: str, day: dt.date | None, window: str | None, *, staff: bool
) -> tuple[Count, str]:  # fmt: skip
    """The number, and what it means."""
    from baloo.metrics.questions.meaning import combined_by, counted_by, on_one_day
    from baloo.metrics.questions.periods import span_of

    span, how = span_of(window) if window else None, cast("Operation", op)
    if span:
        count = answers.during(named, span, how, day, level, staff)
    elif len(named) > 1:
        count = answers.combine(named, how, day, level, staff)
    else:
        count = answers.count(named[0], level, day, staff)
    scopes = [answers.scope(name) for name in named]
    one = counted_by(answers.registry, scopes[0], level, count.as_of)
    definition = combined_by([scope.title for scope in scopes], op, level) if len(scopes) > 1 else one
    return count, on_one_day(definition, span, count.as_of) if span else definition


def _scope(area: str | None, system: str | None, organisation: str | None, areas: str | None) -> tuple[str, list[str]]:
    """What the answer is said to be of, and the scopes that are asked for."""
    named = [f"{kind}:{name}" for kind, name in (("area", area), ("system", system), ("organisation", organisation)) if name]
    several = [f"area:{name.strip()}" for name in (areas or "").split(",") if name.strip()]
    if len(named) + bool(several) > 1:
        raise InputError("Name one of --area, --areas, --system and --organisation.", remedy="Ask twice.")
    return (named[0], named) if named else ("community", several or ["community"])


def _flags(data: dict[str, Any]) -> str:
    words = [word for key, word in (("provisional", "provisional"), ("warming_up", "warming up")) if data[key]]
    return f" This number is {' and '.join(words)}." if words else ""
