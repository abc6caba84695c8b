"""`baloo log`: what people did where no system sees it, written down, edited and taken back by hand."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from baloo.cli import programs
from baloo.cli.common import AsJson, me, state
from baloo.cli.output import answer, narrate, number_of, table
from baloo.errors import ExitCode, InputError

if TYPE_CHECKING:
    from baloo.logbook.book import Book
    from baloo.logbook.contributors import Contributor
    from baloo.logbook.entry import Entry, Fault
    from baloo.logbook.places import Place
    from baloo.logbook.table import Line
    from baloo.registry.model import Registry

__all__ = ["register"]

group = typer.Typer(no_args_is_help=True, help="Write down by hand who helped, for areas that declare `log`.")

Area: TypeAlias = Annotated[str, typer.Argument(help="The area, as `baloo log areas` lists them.")]
Id: TypeAlias = Annotated[str, typer.Argument(metavar="ENTRY", help="Its id, as `baloo log list` shows it.")]
Text: TypeAlias = Annotated[str | None, typer.Option(help="What was done, in a few words.")]
Who: TypeAlias = Annotated[str | None, typer.Option(
    metavar="PERSON", help="An address, `Name <address>`, `system:account`, a name, or `person:` and the id of a person.")]
Day: TypeAlias = Annotated[str | None, typer.Option("--date", help="The day, such as 2026-11-22; today where nothing is said.")]
Type: TypeAlias = Annotated[str | None, typer.Option("--type", help="What sort of thing, from the area's list.")]
Link: TypeAlias = Annotated[str | None, typer.Option(help="Where it can be seen.")]
Private: TypeAlias = Annotated[bool | None, typer.Option("--private/--public", help="Counted and shown to nobody, or not.")]
More: TypeAlias = Annotated[list[str] | None, typer.Option("--set", metavar="FIELD=TEXT", help="A field that the area needs.")]


def register(app: typer.Typer) -> None:
    """Add the group."""
    group.add_typer(programs.group, name="token")
    app.add_typer(group, name="log")


@group.command()
def areas(context: typer.Context, as_json: AsJson = False) -> None:
    """The areas that are logged for, with what can be chosen and what is needed."""
    from baloo.logbook.places import places

    found = places(_registry(context))
    rows = [(one.area.id, ", ".join(one.log.types), ", ".join(one.log.needs), "yes" if one.log.private else "") for one in found]
    text = table(("area", "types", "needs", "private"), rows) if rows else "No area of this registry declares `log`."
    data = [{"area": one.area.id, "types": dict(one.log.types), "needs": list(one.log.needs), "private": one.log.private}
            for one in found]
    answer(data, text, as_json=as_json)


@group.command()
def add(
    context: typer.Context, area: Area, who: Who = None, day: Day = None, kind: Type = None, text: Text = None, link: Link = None,
    private: Private = None, more: More = None,
    sure: Annotated[bool, typer.Option("--sure", help="Also where a system has something of theirs that day.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write one thing down. The same thing again adds nothing."""
    with _opened(context, area) as (book, place):
        said = _said(place, day or state(context).clock.today().isoformat(), kind, text, link, private, more)
        wanted = book.wanted(place, _who(book, who or ""), _entry(place, said))
        (already,) = book.already(place, [wanted], who=me())
        if already and not sure:
            where = ", ".join(sorted({one.system for one in already}))
            raise InputError(f"There is something of theirs on that day already, from {where}.",
                             remedy="Say `--sure` where it is another thing.")
        new = bool(book.write(place, [wanted], who=me(), how="command"))
    answer({"id": wanted.id, "new": new}, wanted.id, as_json=as_json)
    narrate("It counts when it is loaded: by a running server at once, else by `baloo refresh`." if new else
            "It was written down before; nothing is added.")


@group.command("csv")
def csv_(
    context: typer.Context, area: Area,
    file: Annotated[Path, typer.Argument(help="A table in UTF-8 with the columns who, date, type, text, link, private, …")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what is wrong line by line, and keep nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write a table down, if all of it is in order; lines that were written down before add nothing."""
    from baloo.logbook.table import preview

    with _opened(context, area) as (book, place):
        lines = preview(book, place, _read(file), who=me())
        faulty = [line for line in lines if line.faults]
        new = [line.wanted for line in lines if line.state == "new" and line.wanted]
        if not faulty and not dry_run:
            book.write(place, new, who=me(), how="file")
    for line in lines:
        for fault in line.faults:
            narrate(f"{file}:{line.number}: {fault.field}: {fault.message} {fault.remedy}".rstrip())
        if line.already:
            where = ", ".join(sorted({one.system for one in line.already}))
            narrate(f"{file}:{line.number}: a hint: there is something of theirs on that day from {where}.")
    would = "would be " if dry_run or faulty else ""
    there = len(lines) - len(new) - len(faulty)
    text = f"{number_of(len(lines), 'line')}: {len(new):,} {would}written down, {there:,} there before, {len(faulty):,} faulty."
    answer({"lines": [_line(line) for line in lines], "new": len(new), "kept": not (faulty or dry_run)}, text, as_json=as_json)
    if faulty:
        narrate("Nothing was written down." if not dry_run else "Nothing is kept.")
        raise typer.Exit(ExitCode.PROBLEMS)


@group.command("list")
def list_(
    context: typer.Context, area: Area,
    limit: Annotated[int, typer.Option(min=1, help="How many, the latest days first.")] = 50, as_json: AsJson = False,
) -> None:
    """The entries of an area as they stand. Private ones are counted, and told only to who wrote them down."""
    from baloo.logbook.shown import shown

    with _opened(context, area) as (book, place):
        shelf = book.shelf()
        found = shown(book.records, shelf.entries(place, limit=limit), who=me())
        waiting = book.on_its_way(place, shelf)
    rows = [(one.id, one.day.isoformat(), one.type, one.name if not one.hidden else "(private)", one.text) for one in found]
    answer([asdict(one) for one in found], table(("entry", "day", "type", "who", "what"), rows) if rows else "", as_json=as_json)
    if waiting:
        narrate(f"{number_of(waiting, 'step')} not loaded yet.")
    elif not rows:
        narrate("Nothing is written down for this area.")


@group.command()
def edit(
    context: typer.Context, area: Area, entry: Id, who: Who = None, day: Day = None, kind: Type = None, text: Text = None,
    link: Link = None, private: Private = None, more: More = None,
) -> None:
    """Change what an entry says; what is not given stays. The trail says who changed which fields."""
    with _opened(context, area) as (book, place):
        stood = book.stood(place, entry)
        old = stood.entry
        said = _said(place, day or old.day.isoformat(), kind or old.type, old.text if text is None else text,
                     old.link if link is None else link, old.private if private is None else private,
                     [*(f"{name}={value}" for name, value in old.more), *(more or ())])
        changed = book.edit(place, stood, _who(book, who) if who else None, _entry(place, said), who=me(), how="command")
    narrate("Changed." if changed else "It says this already.")


@group.command()
def void(context: typer.Context, area: Area, entry: Id) -> None:
    """Take an entry back: it counts no more, and its trail stays."""
    with _opened(context, area) as (book, place):
        book.take_back(place, book.stood(place, entry), who=me(), how="command")
    narrate("Taken back.")


@group.command()
def trail(context: typer.Context, area: Area, entry: Id, as_json: AsJson = False) -> None:
    """Who wrote an entry down, changed it or took it back, and when."""
    with _opened(context, area) as (book, _):
        steps = book.trail(entry)
    if not steps:
        raise InputError("Nothing is known of this entry.", where=entry, remedy="`baloo log list` has their ids.")
    rows = [(f"{dt.datetime.fromtimestamp(one.made / 1_000_000, dt.UTC):%Y-%m-%d %H:%M}", one.who, one.what, one.how, one.fields)
            for one in steps]
    answer([asdict(one) for one in steps], table(("when", "who", "what", "by", "fields"), rows), as_json=as_json)


@contextlib.contextmanager
def _opened(context: typer.Context, area: str) -> Iterator[tuple[Book, Place]]:
    from baloo.logbook.book import Book
    from baloo.logbook.places import place
    from baloo.records import Records

    now, registry = state(context), _registry(context)
    found = place(registry, area)
    records = Records.open(now.workspace.records)
    try:
        yield Book(now.workspace, records, lambda: registry, now.clock), found
    finally:
        records.close()


def _registry(context: typer.Context) -> Registry:
    from baloo.registry import load

    return load(state(context).workspace.registry)


def _who(book: Book, text: str) -> Contributor:
    from baloo.logbook.contributors import chosen, named

    number = text.removeprefix("person:")
    return chosen(book.records, int(number)) if number != text and number.isdecimal() else named(book.records, text)


def _said(
    place: Place, day: str, kind: str | None, text: str | None, link: str | None, private: bool | None, more: list[str] | None
) -> dict[str, str]:
    hidden = place.log.private if private is None else private
    said = {"date": day, "type": kind or "", "text": text or "", "link": link or "", "private": "yes" if hidden else "no"}
    for one in more or ():
        name, equals, value = one.partition("=")
        if not equals or name not in place.needs:
            remedy = f"Write FIELD=TEXT; they are: {', '.join(place.needs) or 'none'}."
            raise InputError("This is no field that the area needs.", where="--set", remedy=remedy)
        said[name] = value
    return said


def _entry(place: Place, said: dict[str, str]) -> Entry:
    from baloo.logbook.entry import read

    entry, faults = read(place, said)
    if entry is None:
        raise _refused(faults)
    return entry


def _refused(faults: list[Fault]) -> InputError:
    """The first fault; the others are told before it."""
    for fault in faults[1:]:
        narrate(f"--{fault.field}: {fault.message} {fault.remedy}".rstrip())
    return InputError(faults[0].message, where=f"--{faults[0].field}", remedy=faults[0].remedy or None)


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise InputError("There is no such file.", where=str(file)) from error
    except UnicodeDecodeError as error:
        raise InputError("This is not UTF-8.", where=str(file), remedy="Save it as UTF-8.") from error


def _line(line: Line) -> dict[str, Any]:
    """A line for programs; without what it says of a person."""
    return {
        "line": line.number, "state": line.state, "id": line.wanted.id if line.wanted else None,
        "faults": [asdict(fault) for fault in line.faults], "already": [asdict(one) for one in line.already],
    }
