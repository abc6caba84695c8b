"""Questions that other rooms ask: areas by former ids, how far rules look ahead, the text of a rule, a registry to begin with."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Collection
from pathlib import Path

import pytest

from baloo.errors import InputError, UnknownName, WorkspaceError
from baloo.registry import check, load
from baloo.registry.init import write_empty
from baloo.registry.lookup import horizon_days, horizons, resolve_area
from baloo.registry.model import Scalar
from baloo.registry.source import source_of

PRESETS = Path(__file__).parent / "presets"


def test_a_former_id_leads_to_the_area() -> None:
    """An area answers to its present id and to its former ones."""
    registry = load(PRESETS)

    assert "support" == resolve_area(registry, "sumo").id == resolve_area(registry, "support").id


def test_an_unknown_area_has_a_nearest_one() -> None:
    """A misspelt area is refused with the one that was meant."""
    with pytest.raises(UnknownName) as raised:
        resolve_area(load(PRESETS), "suport")

    assert raised.value.nearest == "support"


def test_the_horizon_is_the_longest_around() -> None:
    """An event may be dated ahead by the longest `around`, present or before, that covers its kind; else by nothing."""
    registry = load(PRESETS)

    assert horizon_days(registry, "remo", "remo.report") == 8 * 7
    assert horizon_days(registry, "sumo", "sumo.answer") == 0
    assert horizons(registry) == {("remo", "remo.report"): 56}


def test_the_horizon_follows_kinds_parts_and_maps(tmp_path: Path) -> None:
    """`around` covers the kinds that a leaf names, in what the area, its parts and the maps count."""
    (tmp_path / "systems").mkdir()
    (tmp_path / "areas").mkdir()
    (tmp_path / "community.yaml").write_text("community: town\nactive: {at_least: 1, around: 3 days}\n", "utf-8")
    kinds = "{a: A, b: B, c: {title: C, contribution: false}}"
    (tmp_path / "systems/s.yaml").write_text(f"system: s\nowner: o\nkinds: {kinds}\n", "utf-8")
    (tmp_path / "systems/t.yaml").write_text("system: t\nowner: o\nkinds: {d: D}\nareas: {by: r, map: m.csv}\n", "utf-8")
    (tmp_path / "m.csv").write_text("value,area\nx/*,part\n", "utf-8")
    (tmp_path / "areas/a.yaml").write_text(
        "- {area: whole, pathway: [{point: p, level: active, when: {any: [{kinds: [a, c], at_least: 1, around: 1 week},"
        " {kinds: [d], at_least: 1, around: 9 days}]}}]}\n- {area: part, part_of: whole, counts: [{system: s}]}\n",
        "utf-8",
    )

    assert horizons(load(tmp_path)) == {("s", "a"): 7, ("s", "b"): 3, ("s", "c"): 7, ("t", "d"): 9}


def test_the_source_of_a_point_is_its_own_lines() -> None:
    """The text of a point is as the file has it, comments within it included, at the left margin."""
    registry = load(PRESETS)
    text = source_of(PRESETS, registry.areas["support"], "regular")

    assert text.startswith("point: regular\nlevel: active ")
    assert "# this rule's first day" in text
    assert text.endswith("next: become a mentor\n")


def test_the_source_of_an_area_in_a_list() -> None:
    """Of a file with several areas, an area's text is its own item."""
    registry = load(PRESETS)

    assert source_of(
        PRESETS, registry.areas["kb-en"]
    ) == "{area: kb-en, part_of: support-kb, counts: [{system: sumo, where: {locale: en-US}}]}\n"


def test_the_source_of_a_whole_file(tmp_path: Path) -> None:
    """The text of an area that has a file of its own is that file; what is not there any more is told."""
    write_empty(tmp_path, "town", "Town")
    (tmp_path / "systems/s.yaml").write_text("system: s\nowner: o\nkinds: {k: Did}\n", "utf-8")
    text = "# ours\narea: a\ncounts: [{system: s}]\n"
    (tmp_path / "areas/a.yaml").write_text(text, "utf-8")
    area = load(tmp_path).areas["a"]

    assert text == source_of(tmp_path, area)
    with pytest.raises(UnknownName):
        source_of(tmp_path, area, "nowhere")
    (tmp_path / "areas/a.yaml").write_text("[{area: b}]\n", "utf-8")
    with pytest.raises(UnknownName):
        source_of(tmp_path, area)
    (tmp_path / "areas/a.yaml").unlink()
    with pytest.raises(InputError):
        source_of(tmp_path, area)


def test_a_registry_to_begin_with(tmp_path: Path) -> None:
    """A new registry is right as it is, keeps the title whole, and is not written twice."""
    write_empty(tmp_path, "2024", 'The "Town": a & b')

    assert check(tmp_path) == []
    assert (load(tmp_path).community.id, load(tmp_path).community.title) == ("2024", 'The "Town": a & b')
    with pytest.raises(WorkspaceError):
        write_empty(tmp_path, "town", "Town")
    with pytest.raises(InputError):
        write_empty(tmp_path / "other", "Not An Id", "Town")


class SomeFacts:
    """Facts of a small forum."""

    def values(self, system: str, kind: str | None, field: str) -> Collection[Scalar] | None:
        """French and German, hundreds of threads, and nothing known of colours."""
        known: dict[str, Collection[Scalar]] = {"locale": ["fr", "de"], "thread": range(501), "new": [True], "size": ["3"]}
        return known.get(field)

    def core_not_active(self, area: str) -> int | None:
        """Two people of the area `b`."""
        return 2 if area == "b" else None


def test_facts_show_what_matches_nothing(tmp_path: Path) -> None:
    """With the data, `check` tells tests that match nothing, each once, splits without end and core people who are not active."""
    write_empty(tmp_path, "town", "Town")
    (tmp_path / "systems/s.yaml").write_text("system: s\nowner: o\nkinds: {k: Did}\n", "utf-8")
    (tmp_path / "areas/c.yaml").write_text("area: c\ncounts:\n" + "  - {system: s, where: {locale: en}}\n" * 2, "utf-8")
    tests = [
        "locale: en", "locale: fr", "locale: {starts: f}", "locale: {starts: e}", "locale: {not: [fr, de]}", "locale: {not: fr}",
        "new: 1", "new: true", "size: {at_least: 4}", "size: {below: 4}", "colour: red", "locale: {missing: true}",
    ]  # fmt: skip
    counts = "".join(f"  - {{system: s, where: {{{test}}}}}\n" for test in tests)
    (tmp_path / "areas/a.yaml").write_text(f"area: a\nsplit_by: thread\ncounts:\n{counts}", "utf-8")
    point = "{point: p, level: active, when: {at_least: 1, within: 1 year}}"
    (tmp_path / "areas/b.yaml").write_text(f"area: b\ncounts: [{{system: s}}]\npathway: [{point}]\n", "utf-8")

    said = [(p.file, p.line, p.slug, p.severity) for p in check(tmp_path, SomeFacts())]

    none = [("areas/a.yaml", line, "matches-nothing", "warning") for line in (4, 7, 8, 10, 12)]
    split = ("areas/a.yaml", 2, "too-many-parts", "error")
    once = ("areas/c.yaml", 3, "matches-nothing", "warning")
    assert [split, *none, ("areas/b.yaml", 3, "core-not-active", "warning"), once] == said


def test_the_registry_is_imported_lightly() -> None:
    """Importing the room loads neither YAML nor JSON Schema; reading does."""
    code = "import sys, baloo.registry.words; print([m for m in ('ruamel.yaml', 'jsonschema_rs') if m in sys.modules])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert ran.stdout == "[]\n"


def test_facts_are_asked_once(tmp_path: Path) -> None:
    """A field of a system is asked for once, however many rules test it, and for all kinds together where all are concerned."""
    write_empty(tmp_path, "town", "Town")
    (tmp_path / "systems/s.yaml").write_text("system: s\nowner: o\nkinds: {k: Did, l: Let}\n", "utf-8")
    lines = "{system: s, where: {locale: fr}}, {system: s, where: {locale: de}}, {system: s, kinds: [k], where: {locale: fr}}"
    (tmp_path / "areas/a.yaml").write_text(f"area: a\ncounts: [{lines}]\n", "utf-8")
    asked: list[tuple[str, str | None, str]] = []

    class Noting(SomeFacts):
        def values(self, system: str, kind: str | None, field: str) -> Collection[Scalar] | None:
            """Note what is asked."""
            asked.append((system, kind, field))
            return super().values(system, kind, field)

    assert check(tmp_path, Noting()) == []
    assert asked == [("s", None, "locale"), ("s", "k", "locale")]
