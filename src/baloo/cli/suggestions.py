"""`baloo people find`, and the answers to what it suggests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from baloo.cli.common import AsJson, Reason, me, micros, opened, searched, shown_minute, state
from baloo.cli.output import answer, number_of, table
from baloo.errors import InputError

if TYPE_CHECKING:
    from baloo.people.hands import Changed

__all__ = ["group"]

group = typer.Typer(help="Pairs that may be one person.")

Pairs: TypeAlias = Annotated[list[str] | None, typer.Argument(help="Two identities, as `suggestions` writes them: 12=34.")]
_DAY = 86_400_000_000


@group.command()
def find(context: typer.Context, as_json: AsJson = False) -> None:
    """Search who is who by names, logins and addresses, among identities that are new. A running server does it by itself."""
    from baloo.people.suggestions import suggested

    now = state(context)
    with searched(now) as records:
        left = len(suggested(records, now=micros(now)))
    answer({"suggestions": left}, f"{number_of(left, 'suggestion')} to look at.", as_json=as_json)


@group.command()
def suggestions(
    context: typer.Context,
    min_score: Annotated[float, typer.Option(help="Only those of this score or more, from 0 to 1.")] = 0.0,
    rule: Annotated[str | None, typer.Option(help="Only those that this rule speaks for.")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """Pairs that may be one person, with score, rules, and how many contributions would change their person."""
    from baloo.people.suggestions import suggested

    now = state(context)
    with searched(now) as records:
        found = suggested(records, min_score=min_score, rule=rule, now=micros(now))
    shown = found[:limit]
    rows = [
        (f"{one.a}={one.b}", f"{one.score:.3f}", one.effect, " ".join(one.rules), " ".join(one.against)) for one in shown
    ]  # fmt: skip
    text = table(("pair", "score", "effect", "for", "against"), rows)
    left = len(found) - len(shown)
    answer([asdict(one) for one in shown], text + (f"\n{left:,} more." if left else ""), as_json=as_json)


@group.command()
def accept(
    context: typer.Context,
    pairs: Pairs = None,
    min_score: Annotated[float | None, typer.Option(help="All suggestions of this score or more.")] = None,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Join the persons of suggested pairs, all in one transaction. `undo` takes it back."""
    from baloo.people.suggestions import accept as say
    from baloo.people.suggestions import suggested

    if bool(pairs) == (min_score is not None):
        raise InputError("Name pairs, or give --min-score.")
    now = state(context)
    with searched(now) as records:
        wanted = _pairs(pairs or ())
        if min_score is not None:
            wanted = [one.pair for one in suggested(records, min_score=min_score, now=micros(now))]
        done = say(records, wanted, who=me(), reason=reason, now=micros(now))
    _tell(done, f"{number_of(len(wanted) - len(done.refused), 'pair')} joined.", as_json=as_json)


@group.command()
def reject(context: typer.Context, pairs: Pairs = None, reason: Reason = "", as_json: AsJson = False) -> None:
    """Say that suggested pairs are two people each; no later run joins or suggests them again."""
    from baloo.people.suggestions import reject as say

    now = state(context)
    wanted = _pairs(pairs or ())
    with opened(now) as records:
        done = say(records, wanted, who=me(), reason=reason, now=micros(now))
    _tell(done, f"{number_of(len(wanted), 'pair')} kept apart.", as_json=as_json)


@group.command()
def later(
    context: typer.Context,
    pairs: Pairs = None,
    days: Annotated[int, typer.Option(help="After so many days.", min=1)] = 30,
    as_json: AsJson = False,
) -> None:
    """Ask about suggested pairs again after some days."""
    from baloo.people.suggestions import later as say

    now = state(context)
    wanted = _pairs(pairs or ())
    with opened(now) as records:
        done = say(records, wanted, until=micros(now) + days * _DAY, who=me(), now=micros(now))
    _tell(done, f"{number_of(len(wanted), 'pair')} put off.", as_json=as_json)


@group.command()
def undo(
    context: typer.Context,
    decision: Annotated[int, typer.Argument(help="Its number, as `history` and the answer itself tell it.")],
    as_json: AsJson = False,
) -> None:
    """Take back what one answer, link or unlink decided, all its pairs at once."""
    from baloo.people.suggestions import undo as say

    now = state(context)
    with opened(now) as records:
        done = say(records, decision, who=me(), now=micros(now))
    _tell(done, "Taken back.", as_json=as_json)


@group.command()
def history(
    context: typer.Context,
    limit: Annotated[int, typer.Option(help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """What was decided of pairs, by whom and when, the latest first."""
    from baloo.people.suggestions import history as decided

    with opened(state(context)) as records:
        found = decided(records, limit=limit)
    rows = [
        (one.batch, shown_minute(one.made), one.who, one.what, f"{one.a}={one.b}", "undone" if one.undone else "")
        for one in found
    ]  # fmt: skip
    text = table(("decision", "when", "who", "what", "pair", ""), rows)
    answer([asdict(one) for one in found], text, as_json=as_json)


def _tell(done: Changed, text: str, *, as_json: bool) -> None:
    data = {
        "decision": done.batch, "identities": list(done.identities), "people_version": done.version,
        "refused": [list(pair) for pair in done.refused],
    }  # fmt: skip
    if done.refused:
        text += f" {number_of(len(done.refused), 'pair')} stayed apart: somebody said that they are different people."
    answer(data, f"{text} This is decision {done.batch}." if done.batch else text, as_json=as_json)


def _pairs(texts: Sequence[str]) -> list[tuple[int, int]]:
    pairs = []
    for text in texts:
        a, _, b = text.partition("=")
        if not (a.isascii() and a.isdigit() and b.isascii() and b.isdigit() and len(text) < 40):
            raise InputError("A pair is two identities, like 12=34.", where=text[:40], remedy="See `baloo people suggestions`.")
        pairs.append((int(a), int(b)))
    return pairs
