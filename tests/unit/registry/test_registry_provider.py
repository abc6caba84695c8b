"""The registry of a running process."""

from __future__ import annotations

from pathlib import Path

import pytest

from baloo.errors import RegistryError
from baloo.registry import Registry, load
from baloo.registry import provider as module
from baloo.registry.provider import RegistryProvider


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small registry whose files are looked at each time that it is asked for."""
    monkeypatch.setattr(module, "_LOOK_AGAIN", 0.0)
    (tmp_path / "community.yaml").write_text("community: town\n", "utf-8")
    return tmp_path


class Counting:
    """`load`, and how often it was called."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, folder: Path) -> Registry:
        """Read the registry."""
        self.calls += 1
        return load(folder)


def test_a_changed_file_is_read(folder: Path) -> None:
    """The registry in force follows the files, and is read once for each state of them."""
    counting = Counting()
    registry_of = RegistryProvider(folder, counting)
    before = registry_of()
    again = registry_of()
    (folder / "community.yaml").write_text("community: town\ntitle: The town\n", "utf-8")
    after = registry_of()

    assert before is again
    assert (before.community.title, after.community.title) == ("Town", "The town")
    assert counting.calls == 2


def test_the_last_good_registry_stays(folder: Path) -> None:
    """While the files are wrong the last good registry is in force, `trouble` says why, and they are not read over and over."""
    counting = Counting()
    registry_of = RegistryProvider(folder, counting)
    good = registry_of()
    (folder / "community.yaml").write_text("community: Not An Id\n", "utf-8")
    kept = [registry_of() for _ in range(3)]
    trouble = registry_of.trouble
    (folder / "community.yaml").write_text("community: village\n", "utf-8")
    mended = registry_of()

    assert all(registry is good for registry in kept)
    assert trouble is not None
    assert trouble.problems[0].line == 1
    assert (mended.community.id, registry_of.trouble, counting.calls) == ("village", None, 3)


def test_no_good_registry_ever(folder: Path) -> None:
    """Where no good registry was read, asking raises, until the files are put right."""
    (folder / "community.yaml").write_text("community: Not An Id\n", "utf-8")
    registry_of = RegistryProvider(folder, load)
    for _ in range(2):
        with pytest.raises(RegistryError):
            registry_of()
    (folder / "community.yaml").write_text("community: town\n", "utf-8")

    assert registry_of().community.id == "town"
