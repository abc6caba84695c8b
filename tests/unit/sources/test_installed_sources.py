"""Sources of other packages, by their entry points, and mappings of one's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from baloo.cli.app import run
from baloo.errors import ExitCode, InputError, UnknownName
from baloo.registry import check, load
from baloo.registry.built_in import kinds_of_source
from baloo.registry.sources import mapping_files
from baloo.sources.installed import example, recipe_of, sources
from baloo.worker.reading import mapping_of, read_files, system_for

MAPPING = (
    "mapping: garden\nprotocol: source\nsystem: garden\nevents:\n"
    "  - {kind: garden.planted, at: {pointer: /day}, actor: {name: {pointer: /who}}}\n"
)
SYSTEM = "system: beds\nsource: {name: garden, url: https://garden.example.org}\nkinds: {garden.planted: Planted}\n"


@pytest.fixture
def garden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another package is installed, with a source that works and two that do not."""
    package, told = tmp_path / "site" / "garden_source", tmp_path / "site" / "garden_source-1.0.dist-info"
    package.mkdir(parents=True)
    told.mkdir()
    code = "from baloo.sources.recipe import Recipe\nRECIPE = Recipe('A garden')\nOTHER = 7\n"
    (package / "__init__.py").write_text(code, "utf-8")
    (package / "mapping.yaml").write_text(MAPPING, "utf-8")
    (package / "system.yaml").write_text(SYSTEM, "utf-8")
    (told / "METADATA").write_text("Metadata-Version: 2.1\nName: garden-source\nVersion: 1.0\n", "utf-8")
    points = "garden = garden_source:RECIPE\nodd = garden_source:OTHER\nlost = no_such_module:RECIPE\n"
    (told / "entry_points.txt").write_text(f"[baloo.sources]\n{points}", "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    mapping_files.cache_clear()
    yield
    mapping_files.cache_clear()


def test_another_package_s_source_is_one_like_ours(garden: None, tmp_path: Path):
    """It is listed, checked, shown as an example, and its file is read by its mapping."""
    (tmp_path / "R" / "systems").mkdir(parents=True)
    (tmp_path / "R" / "community.yaml").write_text("community: marula\n", "utf-8")
    (tmp_path / "R" / "systems" / "beds.yaml").write_text(example("garden"), "utf-8")
    registry = load(tmp_path / "R")
    system = system_for(registry, "garden", None)
    (tmp_path / "day.json").write_text('{"day": "2024-06-01", "who": "Ama"}', "utf-8")
    (source,) = read_files(registry, "garden", system, [tmp_path / "day.json"])
    (chunk,) = source.chunks(0)

    assert {"garden", "discourse"} <= sources().keys()
    assert (recipe_of("garden").title, kinds_of_source("garden")) == ("A garden", ["garden.planted"])
    assert [problem for problem in check(tmp_path / "R") if problem.severity == "error"] == []
    assert chunk.body == b'{"mapping":"source:garden of beds","payload":{"day":"2024-06-01","who":"Ama"}}'


def test_a_mapping_of_one_s_own_goes_before_the_source_s(garden: None, tmp_path: Path):
    """It has the name of the system."""
    for name, text in (("community", "community: marula\n"), ("systems/beds", SYSTEM),
                       ("mappings/beds", MAPPING.replace("garden\n", "beds\n"))):
        (tmp_path / "R" / f"{name}.yaml").parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "R" / f"{name}.yaml").write_text(text, "utf-8")
    registry = load(tmp_path / "R")

    assert mapping_of(registry, "garden", registry.systems["beds"]) == "beds"


def test_a_source_that_cannot_be_used_is_said(garden: None):
    """What is no recipe, what is not there, and a name that nobody has."""
    with pytest.raises(InputError, match="is no recipe"):
        recipe_of("odd")
    with pytest.raises(InputError, match="cannot be loaded"):
        recipe_of("lost")
    with pytest.raises(UnknownName, match="discourse"):
        recipe_of("discurse")


def test_a_source_without_an_example_says_so(garden: None, capsys: pytest.CaptureFixture[str]):
    """Nothing is shown as if it were an empty file."""
    code = run(["sources", "garden", "--area"])

    assert (code, capsys.readouterr().out) == (ExitCode.INPUT, "")
