"""Import, refresh, search for people and incremental refresh at one million and at ten million events of the demo's community."""

from __future__ import annotations

import datetime as dt
import json
import random
import subprocess
import time
import uuid
from pathlib import Path

import duckdb

from baloo.demo.registry import write_registry
from baloo.people.hands import link
from baloo.records import Records
from bench.harness import BALOO, Line, answer_of, peak_of, run

EVENTS_A_PERSON = 90


def measure(folder: Path, some: int, many: int) -> list[Line]:
    """The workspace is left in `folder/counting`, with `many` events counted, for the pages."""
    workspace = folder / "counting"
    run("init", str(workspace))
    write_registry(workspace / "registry", until=dt.date(2026, 6, 30), people=int(many / EVENTS_A_PERSON))
    first, rest, more = _files(folder, some, many)
    lines = [_import(workspace, first, f"import at {_n(some)}", 40_000)]
    lines += [*_whole(workspace, some, 5), _search(workspace, some)]
    lines.append(_import(workspace, rest, f"import from {_n(some)} to {_n(many)}", 30_000))
    lines.append(_import(workspace, more, f"import with {_n(many)} there already", 30_000))
    lines += [*_whole(workspace, many, 30, 3072), _search(workspace, many)]
    _refresh(workspace)  # whom the search joined
    lines += _incremental(workspace)
    return lines


def _files(folder: Path, some: int, many: int) -> tuple[list[Path], list[Path], list[Path]]:
    """NDJSON files: one of `some` events, ones that make `many` in all, and one of 300,000 more (or a tenth of `many`)."""
    written = folder / "events.ndjson"
    people = int((many + some) / EVENTS_A_PERSON * 1.25)
    subprocess.run([*BALOO, "demo", "--people", str(people), "--until", "2026-06-30", "--write", str(written)], check=True)
    subprocess.run(["split", "-l", str(some // 2), "-d", "-a", "3", str(written), str(folder / "part-")], check=True)
    written.unlink()
    parts = sorted(folder.glob("part-*"))[:-1]  # the last one is shorter
    random.Random(7).shuffle(parts)
    upto = many // (some // 2)
    if len(parts) < upto + 1:
        raise SystemExit(f"The generator made {len(parts) * some // 2:,} events, fewer than {many + some // 2:,}.")
    return parts[:2], parts[2:upto], parts[upto : upto + 1]


def _import(workspace: Path, files: list[Path], what: str, goal: int) -> Line:
    seconds, out = run("-w", str(workspace), "import", "events", *map(str, files), "--json")
    read = int(str(answer_of(out)["read"]))
    floor = _read_alone(files)
    rate = read / seconds
    return Line(what, f"{rate:,.0f} events/s", f"≥ {goal:,}/s", f"read by DuckDB alone: {read / floor:,.0f}/s", ok=rate >= goal)


def _read_alone(files: list[Path]) -> float:
    begun = time.perf_counter()
    names = ", ".join(f"'{file}'" for file in files)
    source = f"read_json([{names}], format='newline_delimited', sample_size=200)"
    duckdb.sql(f'SELECT count(*), max("at"), max(kind) FROM {source}').fetchall()
    return time.perf_counter() - begun


def _whole(workspace: Path, events: int, goal: float, memory: int | None = None) -> list[Line]:
    """The first time, when nobody is known yet, and again; memory in a run of its own: to watch it slows what is watched."""
    command = ("-w", str(workspace), "refresh", "--all", "--json")
    first, again = run(*command)[0], run(*command)[0]
    floor = f"the lake read by DuckDB alone: {_scan_alone(workspace):.1f} s"
    lines = [
        Line(f"refresh --all at {_n(events)}, {turn}", f"{seconds:.1f} s", f"≤ {goal:.0f} s", floor, ok=seconds <= goal)
        for turn, seconds in (("the first time", first), ("again", again))
    ]
    if memory:
        peak = peak_of(*command)[1]
        lines.append(Line(f"memory of it at {_n(events)}", f"{peak:,.0f} MB", f"≤ {memory:,} MB", ok=peak <= memory))
    return lines


def _search(workspace: Path, events: int) -> Line:
    """No goal: nobody waits for it."""
    seconds, _ = run("-w", str(workspace), "people", "find")
    records = Records.open(workspace / "data" / "records" / "records.sqlite")
    with records.engine.connect() as connection:
        identities = connection.exec_driver_sql("SELECT count(*) FROM identities").scalar()
    records.close()
    return Line(f"people find at {_n(events)}, whole command", f"{seconds:.1f} s", "", f"{identities:,} identities")


def _scan_alone(workspace: Path) -> float:
    begun = time.perf_counter()
    lake = workspace / "data" / "lake" / "events" / "received_month=*" / "*.parquet"
    duckdb.sql(f"SELECT max(day), max(identity_id), max(length(extra)), max(kind), max(system) FROM '{lake}'").fetchall()
    return time.perf_counter() - begun


def _incremental(workspace: Path) -> list[Line]:
    added = [_after_new(workspace, turn) for turn in range(3)]
    merged = [_after_merges(workspace, turn) for turn in range(3)]
    new, merges = sorted(added)[1], sorted(merged)[1]
    return [
        Line("incremental refresh after 1,000 new events", f"{new:.2f} s", "≤ 2 s", ok=new <= 2),
        Line("incremental refresh after 1,000 merges", f"{merges:.2f} s", "≤ 5 s", ok=merges <= 5),
    ]


def _after_new(workspace: Path, turn: int) -> float:
    file = workspace.parent / f"new-{turn}.ndjson"
    days = random.Random(turn)
    with file.open("w") as stream:
        for number in range(1_000):
            day = f"20{days.randint(22, 25)}-{days.randint(1, 12):02}-{days.randint(1, 28):02}T10:00:00Z"
            stream.write(json.dumps({
                "id": str(uuid.UUID(int=turn * 10_000 + number, version=4)), "schema": "contribution", "version": 1, "at": day,
                "system": "chat", "kind": "chat.helped", "actor": {"account": str(days.randint(1, 50_000))},
            }) + "\n")  # fmt: skip
    run("-w", str(workspace), "import", "events", str(file))
    return _refresh(workspace)


def _after_merges(workspace: Path, turn: int) -> float:
    records = Records.open(workspace / "data" / "records" / "records.sqlite")
    with records.engine.connect() as connection:
        persons = [row[0] for row in connection.exec_driver_sql("SELECT DISTINCT person_id FROM members ORDER BY 1")]
    chosen = random.Random(turn).sample(persons, 2_000)
    link(records, list(zip(chosen[::2], chosen[1::2], strict=True)), who="bench")
    records.close()
    return _refresh(workspace)


def _refresh(workspace: Path) -> float:
    _, out = run("-w", str(workspace), "refresh", "--json")
    return float(str(answer_of(out)["seconds"]))


def _n(events: int) -> str:
    return f"{events / 1_000_000:g} million"
