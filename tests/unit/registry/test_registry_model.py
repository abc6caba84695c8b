"""Areas in areas, and whose they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from baloo.registry import Registry, load


@pytest.fixture
def registry(tmp_path: Path) -> Registry:
    """Three areas in one another, and one beside them."""
    (tmp_path / "areas").mkdir()
    (tmp_path / "systems").mkdir()
    (tmp_path / "community.yaml").write_text("community: town\n", "utf-8")
    (tmp_path / "systems/s.yaml").write_text("system: s\nowner: o\nkinds: {k: Did}\n", "utf-8")
    (tmp_path / "areas/a.yaml").write_text(
        "- {area: whole, organisation: moco, pathway: [{point: p, level: active, when: {at_least: 1, within: ever}}]}\n"
        "- {area: part, part_of: whole}\n- {area: bit, part_of: part, counts: [{system: s}]}\n"
        "- {area: beside, organisation: mofo, counts: [{system: s}]}\n- {area: alone, counts: [{system: s}]}\n",
        "utf-8",
    )
    return load(tmp_path)


def test_parts_and_wholes(registry: Registry) -> None:
    """An area knows its parts, and those it lies in from the nearest outwards."""
    assert [area.id for area in registry.parts_of("whole")] == ["part"]
    assert [area.id for area in registry.whole_of("bit")] == ["part", "whole"]


def test_organisation_and_pathway_are_inherited(registry: Registry) -> None:
    """A part is of its whole's organisation and has its pathway, where it has none of its own."""
    assert registry.organisations() == {"moco": ("bit", "part", "whole"), "mofo": ("beside",)}
    assert [len(registry.pathway_of(area)) for area in ("bit", "beside")] == [1, 0]
