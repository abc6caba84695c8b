"""`baloo backup`, `restore`: a workspace as one file, and back."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Any

import typer

from baloo.cli.common import AsJson, State, state
from baloo.cli.output import answer, narrate, number_of
from baloo.errors import InputError

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="Where to write it; it holds names and addresses, so mind where.")],
    as_json: AsJson = False,
) -> None:
    """Write a backup of the workspace as it is at one moment, beside a running server too."""
    from baloo.worker.backup import pack

    now = state(context)
    if file.exists():
        raise InputError("There is such a file already.", where=str(file), remedy="Name another one.")
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".baloo-backup-", dir=file.parent) as aside:
        noted = _noted(now, Path(aside).resolve())
        size = pack(now.workspace, Path(aside), noted, file)
    said = f"{file}: {size:,} bytes, up to row {noted['seq']:,}."
    answer({"file": str(file), "bytes": size, "seq": noted["seq"]}, said, as_json=as_json)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A backup.")],
    tombstones: Annotated[
        Path | None, typer.Option(help="What `baloo people tombstones` printed last, where the workspace itself is lost.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make the workspace that `-w` names of a backup; one that stands there stays beside it. People who were erased stay so."""
    from baloo.worker.backup import restore as make

    now = state(context)
    done = make(file, Path(now.folder), now.clock, tombstones=read_tombstones(tombstones) if tombstones else ())
    said = f"{number_of(done['events'], 'event')} restored and counted, up to row {done['seq']:,}."
    answer(done, said, as_json=as_json)
    if done["erased_again"]:
        narrate(f"{number_of(done['erased_again'], 'identity', 'identities')} of people who were erased since are erased again.")


def read_tombstones(file: Path) -> list[bytes]:
    """The marks in a file, one a line. Raises InputError where a line is none."""
    try:
        return [bytes.fromhex(line) for line in file.read_text("ascii").split()]
    except (OSError, ValueError) as error:
        raise InputError("This is no list of tombstones.", where=str(file), remedy="See `baloo people tombstones`.") from error


def _noted(now: State, aside: Path) -> dict[str, Any]:
    from baloo.worker.control import ask

    done = ask(now.workspace, {"do": "backup", "aside": str(aside)})
    if done is not None:
        return done
    from baloo.worker.backup import note
    from baloo.worker.parts import Parts
    from baloo.worker.work import Work

    with now.workspace.lock("lake", "baloo backup"):
        parts = Parts(now.workspace, now.clock)
        try:
            return note(Work(parts), aside)
        finally:
            parts.close()
