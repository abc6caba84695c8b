"""Whatever a registry of the grammar says of whatever happened, the engine counts the persons that the oracle counts."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, note, settings

import harness
from counts import SOAK, WORLDS
from oracle.declared import read
from oracle.oracle import Oracle
from property.strategies import FIRST, World, worlds

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@settings(max_examples=WORLDS, derandomize=not SOAK, database=None,
          suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(world=worlds)
def test_engine_counts_as_the_oracle(world: World):
    """Engine and oracle name the same persons, for each scope and measure, on the days around each fact and some others."""
    with tempfile.TemporaryDirectory() as folder:
        registry = harness.write_registry(Path(folder) / "registry", world.registry)
        oracle = Oracle(read(registry), world.facts, world.people)
        counted = harness.count(Path(folder), registry, world.facts, world.people)
        note(f"areas: {world.registry['areas']}")

        for day in _days(world):
            for scope in oracle.scopes():
                for measure in oracle.measures(scope):
                    expected = oracle.people(scope, measure, day)
                    found = counted.people(scope, measure, day) & oracle.everybody  # a roster names others too
                    assert found == expected, (scope, measure, day)


def _days(world: World) -> list[dt.date]:
    """The days of the facts, the ones before them, and some that windows close on."""
    near = {fact.day + dt.timedelta(n) for fact in world.facts[:8] for n in (-1, 0, 13, 31)}
    return sorted(near | {FIRST + dt.timedelta(n) for n in (12, 41, 70, 102, 389)})
