"""`baloo people link-me`, `erase`, `tombstones`: a person's own side, as far as the operator has a hand in it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from baloo.cli.common import AsJson, State, linked, me, micros, opened, searched, state
from baloo.cli.output import answer, narrate, number_of
from baloo.cli.people import Who, group
from baloo.errors import InputError

if TYPE_CHECKING:
    from baloo.records import Records

__all__ = ["register"]


def register(_app: typer.Typer) -> None:
    """Add the commands to the group `people`."""
    group.command("link-me")(link_me)
    group.command()(erase)
    group.command()(tombstones)


def link_me(
    context: typer.Context,
    address: Annotated[str, typer.Argument(help="An address that they alone use.")],
    hours: Annotated[int, typer.Option(min=1, max=24 * 30, help="For how long the link is good.")] = 24,
    as_json: AsJson = False,
) -> None:
    """Make a link to their own page, to be sent to that address and to nobody else. Baloo sends no mail."""
    from baloo.people.links import make_link
    from baloo.people.refer import resolve_reference

    now = state(context)
    with opened(now) as records:
        identity = resolve_reference(records, address)[0]
        token = make_link(records, identity, address, who=me(), now=micros(now), seconds=hours * 3600)
    link, hint = linked(now, f"/me?link={token}")
    answer({"link": link, "hours": hours}, link, as_json=as_json)
    narrate(f"{hint}Send it to that address of theirs. It is good once, for {hours} hours.")


def erase(
    context: typer.Context,
    who: Who,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, and leave everything as it is.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Erase a person: every row and word of theirs, for good. What comes of them again is not taken in."""
    from baloo.people.erase import is_erased
    from baloo.people.refer import resolve_reference

    now = state(context)
    with searched(now) as records:
        try:
            whose = resolve_reference(records, who)
        except InputError:
            if not is_erased(records, who):
                raise
            whose = []
        if dry_run:
            _foretell(now, records, whose, as_json=as_json)
            return
    if whose and not yes and sys.stdin.isatty():
        typer.confirm("Nothing brings this person back. Erase them?", abort=True)
    done = _here_or_there(now, whose)
    text = "\n".join(map(_said, done)) or "This person is erased, and nothing was left to do."
    answer({"erasures": done}, text, as_json=as_json)
    for file in sorted({file for one in done for file in one.get("mentions", ())}):
        narrate(f"{file} names them: change it by hand, and its history in git.")
    narrate("Backups made before hold them still: a restored one is cleaned as it is restored.")


def tombstones(context: typer.Context) -> None:
    """Print what holds erasures: keyed hashes, one a line. Keep it where the workspace is not, for `baloo restore`."""
    from baloo.people.marks import ERASED, marks_in

    with opened(state(context)) as records:
        for mark in sorted(marks_in(records, ERASED)):
            answer(None, mark.hex(), as_json=False)


def _foretell(now: State, records: Records, whose: list[int], *, as_json: bool) -> None:
    from baloo.worker.erasing import foretell

    if not whose:
        answer({}, "This person is erased already.", as_json=as_json)
        return
    found = foretell(now.workspace, records, whose)
    answer(found, "Would go: " + _said({**found, "records": {}}), as_json=as_json)
    for file in found["mentions"]:
        narrate(f"{file} names them: it would have to be changed by hand.")
    narrate("Nothing was changed. What waits in the queue is not in these figures.")


def _here_or_there(now: State, whose: list[int]) -> list[dict[str, Any]]:
    from baloo.worker.control import ask

    done = ask(now.workspace, {"do": "erase", "identities": whose, "who": me()})
    if done is not None:
        return list(done["erasures"])
    from baloo.worker.parts import Parts
    from baloo.worker.work import Work

    with now.workspace.lock("lake", "baloo people erase"):
        parts = Parts(now.workspace, now.clock)
        try:
            return Work(parts).erase(whose, me())
        finally:
            parts.close()


def _said(done: dict[str, Any]) -> str:
    lake, records, kept = done.get("lake", {}), done.get("records", {}), done.get("kept", {})
    words = [
        number_of(done.get("identities", 0), "identity", "identities"),
        number_of(lake.get("rows", 0), "contribution"),
        number_of(lake.get("texts", 0), "text of others that named them", "texts of others that named them"),
        f"{number_of(lake.get('files', 0), 'data file')} written anew",
    ]
    if records.get("quarantine"):
        words.append(number_of(records["quarantine"], "refused event"))
    left = [number_of(kept[what], one, what) for what, one in (("addresses", "address"), ("names", "name")) if kept.get(what)]
    tail = f" {' and '.join(left)} that others use as well stay with them." if left else ""
    return ", ".join(words) + "." + tail
