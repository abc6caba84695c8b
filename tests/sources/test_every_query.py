"""The queries that come with the preset, on SQLite and PostgreSQL: each system's own tables bring just what counts.

A file `tests/sources/queries/SYSTEM.sql` makes the tables as the system had them, as far as they are known; `SYSTEM.json` has the
events that come of them. `BALOO_GOLDEN=1` writes it anew, for you to read.
"""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.sources.test_every_source import NOW, _shown, _sorted

from baloo.clock import FixedClock
from baloo.ingest.accept import Door
from baloo.registry import load
from baloo.registry.init import presets
from baloo.settings import load_settings
from baloo.sources.base import Source
from baloo.sources.csv_file import CsvSource, read_mapping
from baloo.sources.journal import Journal
from baloo.sources.relational import read_queries
from baloo.worker.reading import scheduled

HERE = Path(__file__).parent / "queries"
PRESET = presets()["mozilla"]
REGISTRY = load(PRESET)
NAMES = sorted(file.stem for file in HERE.glob("*.sql"))


def _made(name: str, url: str) -> str:
    """The address of a database with the tables of a system."""
    statements = (HERE / f"{name}.sql").read_text("utf-8").split(";\n")
    if url.startswith("postgresql"):
        statements.insert(0, f"CREATE SCHEMA {name}")
        url += f"?options=-csearch_path%3D{name}"
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        for statement in filter(str.strip, statements):
            connection.exec_driver_sql(statement)
    return url


def _read(sources: list[Source], tmp_path: Path) -> list[dict[str, Any]]:
    """What the door makes of it; it refuses nothing."""
    door = Door(lambda: REGISTRY, FixedClock(NOW), load_settings(tmp_path / "baloo.toml"))
    found = []
    for source in sources:
        for chunk in source.chunks(0):
            request = door.accept(chunk.body, namespace="baloo", sender=None, via="import").request
            assert [(refusal.pointer, refusal.reason) for refusal in request.refusals] == []
            found += map(_shown, request.events)
    return _sorted(found)


def _asked(name: str, url: str, journal: Journal) -> list[Source]:
    system = REGISTRY.systems[name]
    return scheduled(REGISTRY, PRESET, system, journal, {f"{name.upper()}_DATABASE": url})


def _golden(name: str, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    file = HERE / f"{name}.json"
    if os.environ.get("BALOO_GOLDEN"):
        lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in events)
        file.write_text(f"[\n{lines}\n]\n", "utf-8")
    return list(json.loads(file.read_text("utf-8")))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("name", NAMES)
def test_what_a_query_brings(name: str, kind: str, tmp_path: Path, request: pytest.FixtureRequest):
    """B13, B14 and B16 to B21: its golden events, every kind of its system among them; read again, nothing is new."""
    empty = f"sqlite:///{tmp_path / 'one.sqlite'}" if kind == "sqlite" else request.getfixturevalue("postgres")
    url, journal = _made(name, empty), Journal(tmp_path / "journal")
    events = _read(_asked(name, url, journal), tmp_path)
    again = _read(_asked(name, url, journal), tmp_path)

    assert events == _golden(name, events)
    assert {event["kind"] for event in events} == set(REGISTRY.systems[name].kinds)
    assert [event for event in again if event not in events] == []


@pytest.mark.parametrize("name", [name for name in NAMES if len(read_queries(PRESET / "queries" / f"{name}.yaml")) == 1])
def test_a_table_of_what_a_query_gives_is_the_same(name: str, tmp_path: Path):
    """Where nobody else may ask the database, its owner hands over what the query gives, as CSV: the same mapping reads it."""
    file = PRESET / "queries" / f"{name}.yaml"
    engine = sa.create_engine(_made(name, f"sqlite:///{tmp_path / 'one.sqlite'}"))
    with engine.connect() as connection, (tmp_path / "all.csv").open("w", encoding="utf-8", newline="") as out:
        rows = connection.exec_driver_sql(read_queries(file)[0]["query"])
        writer = csv.writer(out)
        writer.writerow(rows.keys())
        writer.writerows(tuple(row) for row in rows)
    engine.dispose()
    events = _read([CsvSource(tmp_path / "all.csv", read_mapping(file), file)], tmp_path)

    assert events == json.loads((HERE / f"{name}.json").read_text("utf-8"))


def test_every_query_is_told_of():
    """Each has its part of the page, which names its kinds; and there is a test of it."""
    page = (HERE.parents[2] / "docs" / "sources" / "databases.md").read_text("utf-8")
    kinds = [kind for name in NAMES for kind in REGISTRY.systems[name].kinds]

    assert sorted(file.stem for file in (PRESET / "queries").glob("*.yaml")) == NAMES
    assert [kind for kind in kinds if f"`{kind}`" not in page] == []
    assert "## Instead, the system pushes" in page
