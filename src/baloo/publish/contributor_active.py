"""The table `contributor_active`: the cube as a file, or kept up to date in a database that a dashboard reads.

Its columns are those of the seeds' table, and `active` after them. `c_date` is the week's Monday.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TypeAlias

import msgspec
import sqlalchemy as sa

from baloo.errors import InputError
from baloo.metrics.questions.values import Cell, Cube
from baloo.sources.database import engine_of, said_by
from baloo.workspace import Workspace, write_whole

__all__ = ["COLUMNS", "Kept", "Synced", "as_csv", "as_json", "keep", "kept", "sync"]

COLUMNS = ("c_date", "team_name", "source_name", "total", "new", "active")
_FIELDS = tuple(field.name for field in fields(Cell))
_metadata = sa.MetaData()
_table = sa.Table(
    "contributor_active", _metadata,
    sa.Column("c_date", sa.Date, primary_key=True), sa.Column("team_name", sa.String(100), primary_key=True),
    sa.Column("source_name", sa.String(100), primary_key=True),
    sa.Column("total", sa.Integer, nullable=False), sa.Column("new", sa.Integer, nullable=False), sa.Column("active", sa.Integer),
)  # fmt: skip
_updated = sa.Table(
    "contributor_active_updated", _metadata,
    sa.Column("counted", sa.String(40), nullable=False), sa.Column("exported", sa.String(40), nullable=False),
)  # fmt: skip
_Key: TypeAlias = "tuple[dt.date, str, str]"
_Numbers: TypeAlias = "tuple[int, int, int | None]"


@dataclass(frozen=True, slots=True)
class Synced:
    """What became of the rows of a table."""

    added: int
    changed: int
    removed: int
    same: int


@dataclass(frozen=True, slots=True)
class Kept:
    """What was exported last, as the API gives it."""

    cube: Cube
    exported: dt.datetime
    exclude_staff: bool


def keep(workspace: Workspace, last: Kept) -> None:
    """Keep what was exported, in the place of what was before."""
    file = _file(workspace)
    file.parent.mkdir(exist_ok=True)
    write_whole(file, msgspec.json.encode(last))


def kept(workspace: Workspace) -> Kept | None:
    """What was exported last; None where nothing ever was."""
    try:
        return msgspec.json.decode(_file(workspace).read_bytes(), type=Kept)
    except FileNotFoundError:
        return None


def _file(workspace: Workspace) -> Path:
    return workspace.root / "data" / "exports" / "contributor_active.json"


def as_csv(cube: Cube) -> str:
    """The table as CSV, headed by its columns."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([getattr(cell, name) for name in _FIELDS] for cell in cube.cells)
    return out.getvalue()


def as_json(cube: Cube) -> str:
    """The table as a JSON list of objects."""
    rows = [{column: getattr(cell, name) for column, name in zip(COLUMNS, _FIELDS, strict=True)} for cell in cube.cells]
    return json.dumps(rows, default=str, indent=0) + "\n"


def sync(cube: Cube, url: str, now: dt.datetime) -> Synced:
    """Bring the table in a database to what the cube says of its weeks, and write only what differs; older weeks stay.

    All of it is one transaction: who reads sees the old numbers or the new. The tables are made where they are not there.
    `url` is one of SQLAlchemy's. Raises InputError where there is no such database, or it refuses.
    """
    engine = engine_of(url)
    wanted = {(cell.week, cell.area, cell.system): (cell.total, cell.new, cell.active) for cell in cube.cells}
    try:
        _metadata.create_all(engine)
        with engine.begin() as connection:
            had = _had(connection, min(cube.weeks), max(cube.weeks))
            done = _write(connection, had, wanted)
            connection.execute(sa.delete(_updated))
            stamp = {"counted": cube.stamp.refreshed.isoformat(), "exported": now.isoformat()}
            connection.execute(sa.insert(_updated).values(stamp))
    except (sa.exc.SQLAlchemyError, RuntimeError) as error:  # the latter of PyMySQL, which wants `cryptography`
        said, public = f"The database says: {said_by(engine, error)}.", f"The database does not take it ({type(error).__name__})."
        raise InputError(said, where=_place(engine), remedy="Nothing was changed there.", public=public) from error
    finally:
        engine.dispose()
    return done


def _place(engine: sa.Engine) -> str:
    return engine.url.set(username=None, password=None, query={}).render_as_string()


def _had(connection: sa.Connection, first: dt.date, last: dt.date) -> dict[_Key, _Numbers]:
    rows = connection.execute(sa.select(_table).where(_table.c.c_date.between(first, last)))
    return {(row.c_date, row.team_name, row.source_name): (row.total, row.new, row.active) for row in rows}


def _write(connection: sa.Connection, had: Mapping[_Key, _Numbers], wanted: Mapping[_Key, _Numbers]) -> Synced:
    removed = [key for key in had if key not in wanted]
    added = [(*key, *numbers) for key, numbers in wanted.items() if key not in had]
    changed = [(*key, *numbers) for key, numbers in wanted.items() if key in had and had[key] != numbers]
    keys = [_table.c[name] == sa.bindparam(f"the_{name}") for name in COLUMNS[:3]]
    if removed:
        connection.execute(sa.delete(_table).where(*keys), [_bound(key) for key in removed])
    if changed:
        numbers: dict[str, sa.BindParameter[object]] = {name: sa.bindparam(f"the_{name}") for name in COLUMNS[3:]}
        connection.execute(sa.update(_table).where(*keys).values(numbers), [_bound(row) for row in changed])
    if added:
        connection.execute(sa.insert(_table), [dict(zip(COLUMNS, row, strict=True)) for row in added])
    return Synced(len(added), len(changed), len(removed), len(wanted) - len(added) - len(changed))


def _bound(row: tuple[object, ...]) -> dict[str, object]:
    return {f"the_{name}": value for name, value in zip(COLUMNS, row, strict=False)}
