"""What holds for every test, on its own or beside others in several processes (`pytest -n 3`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, settings

# A slow machine is no counterexample: no test asserts on a clock.
settings.register_profile("house", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests that break things first, which wait most of the time while others run beside them; then the long ones."""
    items.sort(key=lambda item: [item.get_closest_marker(name) is None for name in ("fault", "slow")])


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Keep a line for the end of the run, what was measured and is asserted nowhere; and figures by name, for `make soak`."""
    return lambda line, **figures: request.node.user_properties.extend([("told", line), *figures.items()])


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL for all tests of this process; each makes tables or a schema of its own."""
    from postgres import programs, running  # noqa: PLC0415 - most tests need no database

    if programs() is None:
        pytest.skip("no PostgreSQL here: install Debian's package `postgresql`")
    with running() as url:
        yield url


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what was told."""
    reports = [report for found in terminalreporter.stats.values() for report in found if getattr(report, "when", "") == "call"]
    lines = [line for report in reports for what, line in report.user_properties if what == "told"]
    if lines:
        terminalreporter.section("what the faults came to")
        for line in lines:
            terminalreporter.line(line)
