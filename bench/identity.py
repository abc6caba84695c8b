"""Who is who: how right, on public projects with a hand-kept truth that stand beside the house, and how fast, on invented people.

The projects are read from `../shared/bench/identity` (or BALOO_IDENTITY), with their own scorer; without them only speed is
measured.
"""

from __future__ import annotations

import csv
import gzip
import importlib.util
import os
import random
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from baloo.people.find import find
from baloo.people.reader import Reader
from baloo.people.resolver import Resolver
from baloo.people.suggestions import Suggestion, accept, suggested
from baloo.queue.base import Event
from baloo.records import Records
from bench.harness import Line

PROJECTS = Path(os.environ.get("BALOO_IDENTITY", Path(__file__).parents[2] / "shared" / "bench" / "identity"))
BULK = 0.97
Row = dict[str, str]
Truth = dict[str, list[Row]]


def measure(folder: Path, some: int, many: int) -> list[Line]:
    """Quality for each project and for all together; time and memory for so many invented identities."""
    lines = []
    if PROJECTS.is_dir():
        names = sorted(file.name.split(".")[0] for file in (PROJECTS / "dev").glob("*.identities.csv.gz"))
        total = [Counter[str]() for _ in range(4)]
        for name in names:
            lines += _judge(folder, name, [name], total)
        lines += _lines("projects", [_rates(counter) for counter in total[:3]], 1000 * total[3]["asked"] / total[3]["known"])
        lines += _judge(folder, "union", names, None)
    for number, seconds, megabytes in ((some, 4, 300), (many, 25, 1000)):
        lines += _time(folder, number, seconds, megabytes, new=number == many)
    return lines


def _judge(folder: Path, title: str, names: Sequence[str], total: list[Counter[str]] | None) -> list[Line]:
    """Find, accept the likely in bulk, then answer everything else as somebody would who knows; score after each."""
    records = Records.open(folder / "identity" / title / "records.sqlite")
    truth, known = _load(records, names)
    find(records)
    steps = [_score(records, truth)]
    listed = suggested(records)
    accept(records, [one.pair for one in listed if one.score >= BULK], who="bench")
    steps.append(_score(records, truth))
    asked = _review(records, truth, listed)
    steps.append(_score(records, truth))
    records.close()
    if total is not None:
        for counter, step in zip(total, steps, strict=False):
            counter.update(step)
        total[3].update(asked=asked, known=known)
    return _lines(title, [_rates(step) for step in steps], 1000 * asked / known)


def _lines(title: str, rates: Sequence[tuple[float, ...]], asked: float) -> list[Line]:
    goals = ("P ≥ 0.999, R ≥ 0.86", "P ≥ 0.995, F1 ≥ 0.96", "R ≥ 0.96, F1 ≥ 0.98, ≤ 120 asked")
    floors = ("R 0.81; SortingHat 0.993 / 0.810 / 0.893", "SortingHat F1 0.893", "")
    told = ("automatic", f"accepted from {BULK} on", f"reviewed, {asked:.0f} asked of 1,000")
    met = (
        rates[0][0] >= 0.999 and rates[0][1] >= 0.81, rates[1][0] >= 0.995 and rates[1][2] >= 0.96,
        rates[2][1] >= 0.96 and rates[2][2] >= 0.98 and asked <= 120,
    )  # fmt: skip
    if title not in ("projects", "union"):  # a project by itself is too small to be judged by
        goals, floors, met = ("",) * 3, ("",) * 3, (True,) * 3
    return [
        Line(f"identity, {title}: {what}", f"P {p:.4f} R {r:.4f} F1 {f:.4f} B3 {b:.4f}", goal, floor, ok=ok)
        for what, (p, r, f, b), goal, floor, ok in zip(told, rates, goals, floors, met, strict=True)
    ]


def _load(records: Records, names: Sequence[str]) -> tuple[Truth, int]:
    """The identities as events at their first and last commit; the truth of each project, by our ids."""
    truth: Truth = {}
    resolver, number = Resolver(records), 0
    for name in names:
        rows = _read(name, "identities")
        events = [_event(name, None, None, row["email"], row["name"], int(row[at])) for at in ("first", "last") for row in rows]
        ids = {row["id"]: str(identity) for row, (identity, _) in zip(rows, resolver.resolve(events), strict=False)}
        truth[name] = [{**row, "id": ids[row["id"]]} for row in _read(name, "truth")]
        number += len(rows)
    return truth, number


def _read(name: str, what: str) -> list[Row]:
    with gzip.open(PROJECTS / "dev" / f"{name}.{what}.csv.gz", "rt", newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _event(system: str, account: str | None, username: str | None, email: str | None, name: str | None, at: int) -> Event:
    who = (account, username, email, name)
    return Event("i", "event", "1", at * 1_000_000, None, system, "k", *who, None, "{}", "production", 1)


def _people(records: Records) -> dict[int, int]:
    return dict(Reader(records).changes(None, ()).members)


def _score(records: Records, truth: Truth) -> Counter[str]:
    """The scorer's counts, added up over the projects, inside each of which alone the truth is known."""
    predicted = {str(identity): ("p", person) for identity, person in _people(records).items()}
    scorer = _scorer()
    done: Counter[str] = Counter()
    for rows in truth.values():
        one = scorer.score(rows, predicted)
        done.update({name: one[name] for name in ("tp", "fp", "fn", "identities")})
        done.update({name: one[name] * one["identities"] for name in ("b3_precision", "b3_recall")})
    return done


def _scorer() -> Any:  # noqa: ANN401 - a module of the data's own
    spec = importlib.util.spec_from_file_location("score", PROJECTS / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _rates(counts: Counter[str]) -> tuple[float, float, float, float]:
    right = max(counts["tp"], 1)
    precision, recall = right / (right + counts["fp"]), right / (right + counts["fn"])
    b3 = [counts[name] / max(counts["identities"], 1) for name in ("b3_precision", "b3_recall")]
    return precision, recall, 2 * precision * recall / (precision + recall), 2 * b3[0] * b3[1] / (sum(b3) or 1)


def _review(records: Records, truth: Truth, listed: Iterable[Suggestion]) -> int:
    """Answer as the truth does, where it knows both persons; return how many were asked, those accepted in bulk among them."""
    cluster = {int(row["id"]): (name, row["cluster"]) for name, rows in truth.items() for row in rows}
    members: defaultdict[int, set[tuple[str, str]]] = defaultdict(set)
    for identity, person in _people(records).items():
        if cluster[identity][1].startswith("p"):
            members[person].add(cluster[identity])
    left = suggested(records)
    yes = [one.pair for one in left if members[one.stays] & members[one.joins]]
    accept(records, yes, who="bench")
    return len(left) + sum(one.score >= BULK for one in listed)


def _time(folder: Path, number: int, seconds: float, megabytes: int, *, new: bool) -> list[Line]:
    place = folder / "identity" / f"n{number}"
    command = [sys.executable, "-m", "bench.identity", str(place), str(number)]
    subprocess.run([*command, "make"], check=True)
    took, peak = _measured([*command, "find"])
    lines = [
        Line(f"identity: {number:,} identities, all of it", f"{took:.1f} s", f"≤ {seconds:g} s", ok=took <= seconds),
        Line(f"identity: {number:,} identities, memory", f"{peak:.0f} MB", f"≤ {megabytes} MB", ok=peak <= megabytes),
    ]
    if new:
        subprocess.run([*command, "more"], check=True)
        took, _ = _measured([*command, "find"])
        lines.append(Line(f"identity: 1,000 new into {number:,}", f"{took:.2f} s", "≤ 1 s", ok=took <= 1))
    return lines


def _measured(command: list[str]) -> tuple[float, float]:
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(out[0]), float(out[1])


def invent(number: int, seed: int = 4) -> list[Event]:
    """Events of so many identities: invented people, some in several systems, most with more than one address or spelling."""
    rng = random.Random(seed)
    syllables = [c + v + e for c in "bcdfghjklmnprstvwz" for v in "aeiou" for e in ("", "", "n", "r", "l", "s")]

    def words(many: int, longest: int) -> list[str]:
        return ["".join(rng.choices(syllables, k=rng.randint(2, longest))).capitalize() for _ in range(many)]

    given, surnames = words(8_000, 3), words(number // 2 + 10, 4)
    domains = [f"{word.lower()}.example" for word in words(3_000, 3)]
    events: list[Event] = []
    while len(events) < number:
        one, other = given[int(len(given) * rng.random() ** 2)], surnames[int(len(surnames) * rng.random() ** 1.5)]
        nick = rng.choice(given) + rng.choice(given)
        login = rng.choice((one[0] + other, f"{one}.{other}", f"{one}{rng.randrange(1000)}", nick)).lower()
        mails = [f"{login}@{rng.choice((rng.choice(domains), 'gmail.com', 'gmx.net'))}" for _ in range(rng.choice((1, 1, 2)))]
        at = rng.randrange(1_000_000_000, 1_700_000_000)
        for system in rng.choices(("git", "git", "github.example", "forum", "bugs"), k=rng.choice((1, 1, 1, 1, 2, 3))):
            hidden = f"{rng.randrange(10**7)}+{login.replace('.', '')}@users.noreply.github.com"
            name = rng.choice((f"{one} {other}",) * 6 + (f"{other}, {one}", login, f"{one} {rng.choice('ABCDE')}. {other}"))
            account = None if system == "git" else str(len(events))
            mail = rng.choice((*mails, *mails, hidden)) if system == "git" else mails[0]
            at += rng.randrange(20_000_000)
            events.append(_event(system, account, account and f"{login}{account[-2:]}", mail, name, at))
    return events[:number]


def _child(place: Path, number: int, what: str) -> None:
    """What a process of its own does: make the records, find, or bring a thousand more."""
    import resource  # noqa: PLC0415 - for the process that is measured
    import time  # noqa: PLC0415

    records = Records.open(place / "records.sqlite")
    if what == "find":
        begun = time.perf_counter()
        find(records)
        sys.stdout.write(f"{time.perf_counter() - begun} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}\n")
    else:
        events = invent(number + 1_000)
        resolver = Resolver(records)
        for start in range(0, number, 5_000) if what == "make" else (number,):
            resolver.resolve(events[start : min(start + 5_000, number if what == "make" else number + 1_000)])
    records.close()


if __name__ == "__main__":
    _child(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
