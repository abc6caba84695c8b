"""`baloo people`: who is who, by evidence, corrected by hand."""

from __future__ import annotations

import sys
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from baloo.cli import suggestions
from baloo.cli.access import Name, sign_in
from baloo.cli.common import AsJson, Reason, me, micros, opened, state
from baloo.cli.output import answer, narrate
from baloo.errors import ExitCode, InputError, UnknownName

if TYPE_CHECKING:
    from baloo.people.lists import Imported

__all__ = ["Who", "group", "register"]

group = typer.Typer(no_args_is_help=True, help="Who is who: identities, the people behind them, and the evidence.")

_WHO = "A person's id, `system:account`, `system:username`, or an address."
Who: TypeAlias = Annotated[str, typer.Argument(help=_WHO)]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group.add_typer(suggestions.group)
    app.add_typer(group, name="people")


@group.command()
def link(context: typer.Context, one: Who, other: Who, reason: Reason = "", as_json: AsJson = False) -> None:
    """Say that two are the same person. The counts follow at the next refresh; no contribution is rewritten."""
    from baloo.people.hands import link as say
    from baloo.people.refer import person_of, resolve_reference

    now = state(context)
    with opened(now) as records:
        a, b = resolve_reference(records, one)[0], resolve_reference(records, other)[0]
        done = say(records, [(a, b)], who=me(), reason=reason, now=micros(now))
        person = person_of(records, a)
    data = {"person": person, "identities": list(done.identities), "people_version": done.version}
    answer(data, f"Joined: person {person}." if done.identities else "They are one person already.", as_json=as_json)


@group.command()
def unlink(context: typer.Context, one: Who, other: Who, reason: Reason = "", as_json: AsJson = False) -> None:
    """Say that two are different people; no later rule joins them again."""
    from baloo.people.hands import unlink as say
    from baloo.people.refer import person_of, resolve_reference

    now = state(context)
    with opened(now) as records:
        a, b = resolve_reference(records, one), resolve_reference(records, other)
        if set(a) & set(b):
            remedy = "Name an account of each side, like `system:account`."
            raise InputError("Both names mean the same identities.", remedy=remedy)
        done = say(records, list(product(a, b)), who=me(), reason=reason, now=micros(now))
        persons = [person_of(records, a[0]), person_of(records, b[0])]
    data = {"persons": persons, "identities": list(done.identities), "people_version": done.version}
    answer(data, f"Two people: {persons[0]} and {persons[1]}. It is remembered.", as_json=as_json)


@group.command()
def explain(context: typer.Context, one: Who, other: Who, as_json: AsJson = False) -> None:
    """The chain of evidence that makes two identities one person."""
    from baloo.people.explain import explain as chain
    from baloo.people.refer import resolve_reference

    with opened(state(context)) as records:
        found = chain(records, resolve_reference(records, one)[0], resolve_reference(records, other)[0])
    said = "One person." if found.same else "Two people."
    steps = [f"{step.a} - {step.b}: {step.words} ({step.rule}, {step.state}). {step.reason}".rstrip() for step in found.chain]
    against = [f"{step.a} - {step.b}: {step.words}. {step.reason}".rstrip() for step in found.against]
    answer(asdict(found), "\n".join([said, *steps, *against]), as_json=as_json)


@group.command()
def review(
    context: typer.Context,
    name: Name = "",
    as_json: AsJson = False,
) -> None:
    """Make a link to the pages of the review, good once and for a quarter of an hour. They hold names: keep it to yourself."""
    from baloo.access.roles import grant

    sign_in(state(context), grant("steward"), name, "/people/review", as_json=as_json)


@group.command()
def export(
    context: typer.Context,
    form: Annotated[str, typer.Option(help="csv, mailmap, sortinghat (its JSON export) or scim (a SCIM 2.0 list).")] = "csv",
) -> None:
    """Write who is who to stdout: system, account, username, email, name (as they arrived), person. It holds personal data."""
    from baloo.people.export import FORMS
    from baloo.people.export import export as write

    if form not in FORMS:
        raise UnknownName("form", form, FORMS)
    with opened(state(context)) as records:
        write(records, sys.stdout, form)


@group.command()
def mailmap(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A .mailmap, in one of git's four forms.")],
    source: Annotated[str | None, typer.Option(help="What it belongs to; the file's path where it is not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make the evidence of a .mailmap what the file says now; what is gone from it joins nobody any more."""
    from baloo.people.lists import import_mailmap

    now = state(context)
    with opened(now) as records:
        done = import_mailmap(records, _text(file), source or str(file), who=me(), now=micros(now))
    _tell(done, "lines", as_json=as_json)


@group.command()
def directory(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="JSON: an export of SortingHat, users of a directory, or a SCIM 2.0 list.")],
    source: Annotated[str, typer.Option(help="What the directory is called.")] = "directory",
    as_json: AsJson = False,
) -> None:
    """Take in who has which addresses and accounts, as a directory of people says; it replaces what this one said before."""
    from baloo.people.joining import import_directory

    now = state(context)
    with opened(now) as records:
        done = import_directory(records, _text(file), str(file), source, who=me(), now=micros(now))
    _tell(done, "entries", as_json=as_json)


@group.command()
def roster(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="CSV: who,from,to,organisation, and kind where it has volunteers.")],
    as_json: AsJson = False,
) -> None:
    """Make the roster of staff what the file says: who is paid, from when, to when. It goes before the staff domains."""
    from baloo.people.lists import import_roster

    now = state(context)
    with opened(now) as records:
        done = import_roster(records, _text(file), str(file), who=me(), now=micros(now))
    _tell(done, "entries", as_json=as_json)


@group.command()
def exclude(
    context: typer.Context,
    who: Who,
    bot: Annotated[bool, typer.Option("--bot", help="It is a program.")] = False,
    opted_out: Annotated[bool, typer.Option("--opted-out", help="They asked not to be counted.")] = False,
    reason: Reason = "",
    as_json: AsJson = False,
) -> None:
    """Take somebody out of every count: a bot, or a person who opted out."""
    from baloo.people.hands import exclude as say
    from baloo.people.refer import resolve_reference

    if bot == opted_out:
        raise InputError("Say --bot or --opted-out.")
    now = state(context)
    with opened(now) as records:
        why = "bot" if bot else "opted-out"
        done = say(records, resolve_reference(records, who), why=why, who=me(), reason=reason, now=micros(now))
    answer({"people_version": done.version}, "Out of every count from the next refresh on.", as_json=as_json)


@group.command()
def ignore(
    context: typer.Context,
    term: Annotated[str, typer.Argument(help="An address, a login or a name, as systems write it.")],
    reason: Annotated[str, typer.Option(help="What it is; the term itself is kept as a hash.")] = "",
    undo: Annotated[bool, typer.Option("--undo", help="Find people by it again.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find nobody by an address, login or name that several use, such as a mailing list's."""
    from baloo.people.find import find
    from baloo.people.ignored import ignore as say
    from baloo.people.ignored import ignored_terms, unignore

    if not undo and not reason:
        raise InputError("Say what it is: --reason.")
    now = state(context)
    with opened(now) as records:
        if undo:
            unignore(records, term, who=me(), now=micros(now))
        else:
            say(records, term, reason=reason, who=me(), now=micros(now))
        find(records, now=micros(now))
        listed = ignored_terms(records)
    answer([asdict(one) for one in listed], f"{len(listed):,} on the list.", as_json=as_json)


@group.command()
def include(context: typer.Context, who: Who, as_json: AsJson = False) -> None:
    """Count somebody again who was excluded."""
    from baloo.people.hands import include as say
    from baloo.people.refer import resolve_reference

    now = state(context)
    with opened(now) as records:
        done = say(records, resolve_reference(records, who), who=me(), now=micros(now))
    answer({"people_version": done.version}, "Counted again from the next refresh on.", as_json=as_json)


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError as error:
        raise InputError("There is no such file.", where=str(file)) from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError("This file cannot be read as UTF-8.", where=str(file)) from error


def _tell(done: Imported, what: str, *, as_json: bool) -> None:
    for problem in done.problems:
        narrate(str(problem))
    problems = [asdict(problem) for problem in done.problems]
    answer({what: done.lines, "problems": problems}, f"{done.lines:,} {what}.", as_json=as_json)
    if done.problems and not done.lines:
        raise typer.Exit(ExitCode.PROBLEMS)
