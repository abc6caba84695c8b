"""A running server against its own OpenAPI, by schemathesis: what it says of requests and answers is so, and nothing is a 5xx."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from counts import CALLS, SOAK
from served import World

ADDRESSES = 44
LOG = "/api/v1/log"
_PATIENCE = 120  # seconds
LOGGED = {
    "schemas/adhoc.yaml": (
        "schema: adhoc\nversion: 1\nfields: {area: text, type: text, description: text, logged_by: text, private: boolean}\n"
    ),
    "systems/adhoc.yaml": (
        "system: adhoc\nowner: adhoc@example.org\nmanual: true\nkinds: {adhoc.contribution: {title: Helped, schema: adhoc}}\n"
    ),
    "areas/legal.yaml": (
        "area: legal\ntitle: Legal\nowner: legal@example.org\ncounts: [{system: adhoc, where: {area: legal}}]\n"
        "log: {types: {review: Reviewed a text}}\n"
    ),
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A server of its own, on a workspace that is counted: before the first count the API answers 503."""
    found = World(tmp_path_factory.mktemp("schemathesis") / "W")
    for name, text in LOGGED.items():
        (found.root / "registry" / name).write_text(text, "utf-8")
    found.baloo("refresh")
    found.start()
    yield found
    found.kill()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_it_does_as_it_says(mode: GenerationMode, world: World):
    """Statuses, types and shapes of answers, and what is refused. Names and days must be known, too, which no schema says."""
    described = schemathesis.openapi.from_url(f"{world.url}/api/openapi.json", timeout=_PATIENCE)
    operations = [found.ok() for found in described.get_all_operations()]
    logger = world.baloo("log", "token", "create", "legal", mode.value)
    wrong = [f"{one.label}: {said}" for one in operations
             if (said := asked(one, mode, logger if one.path.startswith(LOG) else world.token))]

    assert (wrong, len(operations)) == ([], ADDRESSES)


def asked(operation: Any, mode: GenerationMode, token: str) -> str:
    """What is wrong with an address, if anything: asked so often, with what its description has, or has not."""

    @settings(max_examples=CALLS, derandomize=not SOAK, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(operation.as_strategy(generation_mode=mode))
    def ask(case: schemathesis.Case) -> None:
        if operation.path.startswith(LOG) and mode is GenerationMode.POSITIVE and "area" in case.path_parameters:
            case.path_parameters["area"] = "legal"
        case.call_and_validate(
            excluded_checks=[positive_data_acceptance, ignored_auth],  # that it takes a token, the matrix of roles shows
            headers={"authorization": f"Bearer {token}"}, timeout=_PATIENCE)

    try:
        ask()
    except Unsatisfiable:  # without parameters nothing can be wrong
        return ""
    except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - each is told at the end
        return str(error) or type(error).__name__
    return ""
