"""An empty workspace's records."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from baloo.records.store import Records


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    """Records in a file of their own, closed at the end."""
    opened = Records.open(tmp_path / "records.sqlite")
    yield opened
    opened.close()
