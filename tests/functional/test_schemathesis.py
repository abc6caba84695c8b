"""A running server against its own OpenAPI, by schemathesis: what it says of requests and answers is so, and nothing is a 5xx."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from counts import CALLS, SOAK
from served import World

ADDRESSES = 36


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server of its own, on a workspace that is counted: before the first count the API answers 503."""
    found = World(tmp_path_factory.mktemp("schemathesis") / "W")
    found.baloo("refresh")
    found.start()
    yield found
    found.kill()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_it_does_as_it_says(mode: GenerationMode, world: World):
    """Statuses, types and shapes of answers, and what is refused. Names and days must be known, too, which no schema says."""
    described = schemathesis.openapi.from_url(f"{world.url}/api/openapi.json")
    operations = [found.ok() for found in described.get_all_operations()]
    shown, wrong = {"authorization": f"Bearer {world.token}"}, list[str]()

    for operation in operations:
        @settings(max_examples=CALLS, derandomize=not SOAK, deadline=None, database=None,
                  suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy(generation_mode=mode))
        def ask(case: schemathesis.Case) -> None:
            case.call_and_validate(excluded_checks=[positive_data_acceptance], headers=shown)

        try:
            ask()
        except Unsatisfiable:  # without parameters nothing can be wrong
            continue
        except Exception as error:  # noqa: BLE001 - each is told at the end
            wrong.append(f"{operation.label}: {error}")

    assert len(operations) == ADDRESSES
    assert wrong == []
