"""The grammar, as values: each form of REGISTRY.md 1 to 3."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from baloo.errors import Problem
from baloo.registry import Registry, check, load
from baloo.registry._rules import parse_leaf, parse_rule, parse_span, parse_where
from baloo.registry._yaml import parse_source
from baloo.registry.model import (
    AllOf,
    AnyOf,
    Leaf,
    MapRow,
    Not,
    PointsLine,
    Reached,
    Span,
    Version,
    Window,
)
from baloo.registry.model import (
    Test as FieldTest,
)

PRESETS = Path(__file__).parent / "presets"
YEAR = Window("within", Span(1, "years"))


@pytest.fixture(scope="module")
def presets() -> Registry:
    """The hard presets of REGISTRY.md, section 4."""
    return load(PRESETS)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("30 days", Span(30, "days")),
        ("1 day", Span(1, "days")),
        ("1 week", Span(1, "weeks")),
        ("13 weeks", Span(13, "weeks")),
        ("1 month", Span(1, "months")),
        ("1 months", Span(1, "months")),
        ("1 year", Span(1, "years")),
    ],
)
def test_a_span_keeps_its_unit(written: str, expected: Span) -> None:
    """A length of time is as it is written, with the singular unit in its plural."""
    assert expected == parse_span(written)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"within": "30 days"}, Window("within", Span(30, "days"))),
        ({"within": "ever"}, Window("ever")),
        ({"within": "calendar quarter"}, Window("calendar", period="quarter")),
        ({"around": "4 weeks"}, Window("around", Span(4, "weeks"))),
    ],
)
def test_windows(written: dict[str, str], expected: Window) -> None:
    """Each form of window is told apart."""
    assert expected == parse_leaf({"at_least": 1, **written}).window


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({"at_least": 3}, Leaf(YEAR, "at_least", 3)),
        ({"days": 20}, Leaf(YEAR, "at_least", 20, "days")),
        ({"days": 20, "of": "days"}, Leaf(YEAR, "at_least", 20, "days")),
        ({"first": True}, Leaf(YEAR, "first", 1)),
        ({"top": "50%"}, Leaf(YEAR, "top", 50)),
        ({"top": "5%", "of": "days"}, Leaf(YEAR, "top", 5, "days")),
        ({"at_least": 2, "of": "people", "whose": "others"}, Leaf(YEAR, "at_least", 2, "people", whose="others")),
        ({"at_least": 2, "kinds": ["b", "a", "b"]}, Leaf(YEAR, "at_least", 2, kinds=("b", "a"))),
        ({"at_least": 9, "cap_per_day": 3}, Leaf(YEAR, "at_least", 9, cap_per_day=3)),
        (
            {"at_least": 9, "of": "points", "points": [{"each": 2, "per": "days", "over": 7, "kinds": ["a"]}, {"each": -1}]},
            Leaf(YEAR, "at_least", 9, "points", points=(PointsLine(2, ("a",), (), "days", 7), PointsLine(-1))),
        ),
    ],
)
def test_leaves(written: dict[str, object], expected: Leaf) -> None:
    """Each way to say how much, and each extra, becomes the leaf that it means."""
    assert expected == parse_leaf({"within": "1 year", **written})


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("fr", FieldTest("in", ("fr",))),
        (0, FieldTest("in", (0,))),
        (True, FieldTest("in", (True,))),
        (["fr", 6], FieldTest("in", ("fr", 6))),
        ({"not": "fr"}, FieldTest("not", ("fr",))),
        ({"not": ["fr", "de"]}, FieldTest("not", ("fr", "de"))),
        ({"at_least": 2.5}, FieldTest("at_least", (2.5,))),
        ({"below": 9}, FieldTest("below", (9,))),
        ({"starts": "mozilla/"}, FieldTest("starts", ("mozilla/",))),
        ({"missing": True}, FieldTest("missing", (True,))),
    ],
)
def test_where(written: object, expected: FieldTest) -> None:
    """Each test of a field keeps its values as written; lines are in order of field."""
    assert (("a", FieldTest("in", (1,))), ("field", expected)) == parse_where({"field": written, "a": 1})


def test_groups() -> None:
    """`any`, `all`, `not` and `reached` nest, and a former id of an area leads to the present one."""
    leaf = {"at_least": 1, "within": "1 year"}
    written = {"all": [{"any": [leaf, {"reached": "p"}]}, {"not": {"reached": "old/fr-FR:q"}}, {"reached": "b:r"}]}

    expected = AllOf(
        (AnyOf((Leaf(YEAR, "at_least", 1), Reached("p"))), Not(Reached("q", "new/fr-FR")), Reached("r", "b"))
    )
    assert expected == parse_rule(written, {"old": "new"})


def test_versions_are_oldest_first(presets: Registry) -> None:
    """A point's rules are in order of time, though the file has the newest first."""
    point = presets.areas["reps"].pathway[0]

    expected = (
        Version(Leaf(Window("around", Span(8, "weeks")), "at_least"), dt.date(2015, 4, 8)),
        Version(Leaf(Window("around", Span(4, "weeks")), "at_least"), dt.date(2015, 4, 20)),
    )
    assert expected == point.versions


def test_the_oldest_version_may_have_no_date(presets: Registry) -> None:
    """A rule before the first dated one was always in force."""
    point = presets.areas["support"].pathway[1]

    assert [None, dt.date(2013, 1, 1)] == [version.since for version in point.versions]
    assert Span(14, "days") == point.keeps


def test_presets_have_no_error() -> None:
    """Every hard preset can be said; what is warned of is a kind that the area does not count."""
    problems = check(PRESETS)

    assert [problem.slug for problem in problems] == ["not-fed"]


def test_a_list_of_areas_is_several_areas(presets: Registry) -> None:
    """A file may hold one area or a list of them."""
    together = {area.id for area in presets.areas.values() if area.file == "areas/support.yaml"}

    assert together == {"support", "support-kb", "kb-en", "kb-l10n"}


def test_parts_inherit_the_pathway(presets: Registry) -> None:
    """A part without a pathway has that of the nearest whole."""
    assert presets.pathway_of("kb-en")[0].id == "kb"


def test_map_rows(presets: Registry) -> None:
    """A map's rows have their prefix and dates, in order of value."""
    area_map = presets.systems["github"].map

    assert area_map is not None
    assert area_map.field == "repository"
    assert (
        MapRow("mozilla-b2g/", True, "coding"),
        MapRow("mozilla/kitsune", False, "coding", None, dt.date(2014, 1, 1)),
        MapRow("mozilla/kitsune", False, "support", dt.date(2014, 1, 1)),
    ) == area_map.rows


def test_defaults(tmp_path: Path) -> None:
    """Where a community says nothing, it asks how many there are and counts one contribution in a year."""
    (tmp_path / "community.yaml").write_text("community: small-town\n", "utf-8")
    community = load(tmp_path).community

    assert (community.title, community.question) == ("Small town", "How many of us are there?")
    assert Leaf(YEAR, "at_least", 1) == community.active


def test_norwegian_is_a_language(tmp_path: Path) -> None:
    """Scalars follow YAML 1.2: `no`, `on` and a date are texts, `true`, 0o17 and 1e3 are not."""
    (tmp_path / "community.yaml").write_text("community: town\n", "utf-8")
    (tmp_path / "areas").mkdir()
    where = "{a: no, b: on, c: 2013-01-01, d: true, e: 0o17, f: 1e3, g: 017, h: '5', i: 1_000, j: 1:30}"
    (tmp_path / "areas/a.yaml").write_text(f"area: a\ncounts: [{{system: s, where: {where}}}]\n", "utf-8")
    (tmp_path / "systems").mkdir()
    (tmp_path / "systems/s.yaml").write_text("system: s\nowner: o\nkinds: {k: Did}\n", "utf-8")

    values = [test.values[0] for _field, test in load(tmp_path).areas["a"].counts[0].where]

    assert values == ["no", "on", "2013-01-01", True, 15, 1000.0, 17, "5", "1_000", "1:30"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [("9007199254740992", 2**53), ("9007199254740993", None), ("-9007199254740993", None), ("1e15", 1e15), ("1e16", None)],
)
def test_numbers_end_where_json_ends(written: str, expected: float | None) -> None:
    """A number is at most 2 to the power of 53, beyond which it is not the same everywhere."""
    problems: list[Problem] = []
    source = parse_source(f"n: {written}", "a.yaml", problems.append)

    assert (source.data["n"] if source else None) == expected
    assert bool(problems) == (expected is None)
