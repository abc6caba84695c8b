"""Registries and events made up at random from a seed, for histories that go through the whole spine."""

from __future__ import annotations

import datetime as dt
import uuid
from random import Random
from typing import Any

FIRST = dt.date(2024, 1, 1)
SYSTEMS = ["s", "t"]
KINDS = ["a", "b", "f"]  # `f` is no contribution
ACCOUNTS = ["ama", "idris", "jun", "lea", "noor", "tove"]
FIELDS = ["locale", "n", "owner", "repo", "size", "tags"]

LEAVES: list[dict[str, Any]] = [
    {"at_least": 1, "within": "30 days"},
    {"at_least": 3, "within": "90 days"},
    {"at_least": 2, "of": "days", "within": "calendar month"},
    {"at_least": 2, "of": "weeks", "within": "2 months"},
    {"at_least": 2, "of": "months", "within": "calendar quarter"},
    {"at_least": 2, "of": "objects", "within": "60 days"},
    {"at_least": 2, "of": "people", "within": "1 year"},
    {"at_least": 1, "whose": "others", "within": "45 days"},
    {"kinds": ["a"], "at_least": 1, "whose": "own", "within": "ever"},
    {"at_least": 12, "of": "points", "points": [{"per": "size", "each": 1}, {"kinds": ["b"], "each": 3}], "within": "3 months"},
    {"at_least": 5, "cap_per_day": 2, "within": "1 year"},
    {"at_least": 1, "around": "2 weeks"},
    {"first": True, "within": "calendar month"},
    {"kinds": ["f"], "at_least": 1, "within": "ever"},
    {"where": {"locale": {"not": "en"}}, "at_least": 1, "within": "60 days"},
    {"where": {"tags": ["x", "y"], "n": {"at_least": 2}}, "at_least": 1, "within": "1 year"},
]
TOPS: list[dict[str, Any]] = [
    {"top": "50%", "within": "90 days"},
    {"top": "34%", "of": "points", "points": [{"per": "size", "each": 1}], "within": "calendar quarter"},
    {"top": "80%", "of": "people", "within": "1 year"},
]


def registry(random: Random) -> dict[str, Any]:
    """A registry of up to three areas, as `harness.write_registry` takes it. The systems are always the same."""
    areas: list[dict[str, Any]] = []
    for name in ["one", "two", "three"][: random.randint(1, 3)]:
        area: dict[str, Any] = {"area": name, "counts": [_claim(random)], "pathway": _pathway(random, [a["area"] for a in areas])}
        if areas and random.random() < 0.5:
            area["part_of"] = areas[0]["area"]
        if random.random() < 0.3:
            area["split_by"] = random.choice(["locale", "tags"])
        if random.random() < 0.3:
            area["organisation"] = "club"
        areas.append(area)
    kinds = {kind: {"title": f"Did {kind}", "owner": "owner", "contribution": kind != "f", "schema": "fixture"} for kind in KINDS}
    systems: list[dict[str, Any]] = [{"system": system, "owner": "us@example.org", "kinds": kinds} for system in SYSTEMS]
    rows = ["value,area,since,until", f"lab/*,{random.choice(areas)['area']},,", f"lab/web,{areas[0]['area']},,2024-03-01"]
    systems[1]["areas"] = {"by": "repo", "map": "maps/map.csv"}
    return {"community": {"community": "invented", "staff": ["corp.example"], "active": random.choice(LEAVES)},
            "systems": systems, "areas": areas, "maps": {"map.csv": "\n".join(rows)}, "fields": FIELDS}


def event(random: Random, n: int) -> dict[str, Any]:
    """An event of version 1; `n` makes its id. Most are of spring 2024, some of long before and after."""
    system = random.choice(["s", "s", "t"])
    spread = random.choice([60, 60, 120, 420])
    moment = dt.datetime.combine(FIRST, dt.time(), dt.UTC) + dt.timedelta(
        days=random.randrange(spread), seconds=random.choice([0, 86399, 43200]))
    extra: dict[str, Any] = {
        "locale": random.choice(["fr", "de", "en", ["fr", "de"]]), "n": random.randrange(5), "size": random.choice([0, 3, 9]),
        "tags": random.sample(["x", "y", "z"], random.randrange(3)), "repo": random.choice(["lab/web", "lab/phone", "home"]),
        "owner": random.choice([*ACCOUNTS, "zoe"]),
    }
    return {
        "id": str(uuid.UUID(int=n + (4 << 76) + (8 << 60))), "schema": "fixture", "version": 1, "at": moment.isoformat(),
        "system": system, "kind": random.choice(["a", "a", "b", "f"]), "actor": actor(random, system),
        **({"object": f"https://example.org/{random.randrange(6)}"} if random.random() < 0.6 else {}),
        "extra": {name: extra[name] for name in random.sample(sorted(extra), random.randint(2, 6))},
    }


def actor(random: Random, system: str) -> dict[str, str]:
    """Somebody, as a system may call them: by account, by username, or by address and name."""
    who = random.choice(ACCOUNTS)
    email = random.choice([f"{who}@example.org", f" {who.upper()}@example.org", f"{who}@corp.example"])
    form = random.random()
    if form < 0.7 or system == "s":
        return {"account": who, **({"email": email} if random.random() < 0.3 else {})}
    return {"username": f"{who}-x"} if form < 0.8 else {"name": who.title(), "email": email}


def revised(random: Random, old: dict[str, Any], n: int) -> dict[str, Any]:
    """Another body for the document of an event, by the same system."""
    other = event(random, n)
    while other["system"] != old["system"]:
        other = event(random, n)
    return {**other, "id": old["id"]}


def _claim(random: Random) -> dict[str, Any]:
    claim: dict[str, Any] = {"system": random.choice(SYSTEMS)}
    if random.random() < 0.3:
        claim["where"] = random.choice([{"locale": ["fr", "de"]}, {"n": {"below": 4}}, {"tags": {"not": "z"}}])
    if random.random() < 0.2:
        claim["kinds"] = ["a", "f"]
    if random.random() < 0.2:
        claim["since"] = "2024-02-01"
    return claim


def _pathway(random: Random, areas: list[str]) -> list[dict[str, Any]]:
    points: list[dict[str, Any]] = []
    for level in random.sample(["visitor", "casual", "active", "active", "core"], random.randint(1, 3)):
        point: dict[str, Any] = {"point": f"p{len(points)}", "level": level}
        if random.random() < 0.25:
            point["when"] = random.choice(LEAVES)
            point["keeps"] = random.choice(["14 days", "1 month", "ever"])
        else:
            point["when"] = _rule(random, [one["point"] for one in points], areas)
        if random.random() < 0.25:
            point["since"] = "2024-02-10"
            point["before"] = [{"when": random.choice(LEAVES), **random.choice([{"since": "2024-01-20"}, {}])}]
        points.append(point)
    return points


def _rule(random: Random, here: list[str], areas: list[str]) -> dict[str, Any]:
    form = random.random()
    one, other = random.choice([*LEAVES, *TOPS]), random.choice(LEAVES)
    if form < 0.5:
        return one
    if form < 0.65:
        return {"any": [one, other]}
    if form < 0.75:
        return {"all": [one, other]}
    if form < 0.85:
        return {"all": [other, {"not": one}]}
    if here:
        return {"all": [{"reached": here[0]}, other]}
    return {"all": [{"reached": f"{areas[0]}:p0"}, other]} if areas else one
