"""One site of the pretended community for all tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from asking import Ask, asking, pretend_site


@pytest.fixture(scope="session")
def ask() -> Iterator[Ask]:
    """Ask Marula's site for an address."""
    with asking(pretend_site()) as found:
        yield found
