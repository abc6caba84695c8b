"""Files that cannot be read: a clear problem, and never an exception of a library."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from baloo.errors import Problem, RegistryError
from baloo.registry import check, load
from baloo.registry._files import MAX_SCHEMA_BYTES
from baloo.registry._yaml import parse_source

_KEYS = ["area", "counts", "pathway", "point", "level", "when", "any", "not", "within", "at_least", "where", "x"]


def said(folder: Path) -> list[str]:
    """What `check` says, as text."""
    return [str(problem) for problem in check(folder)]


def test_no_folder(tmp_path: Path) -> None:
    """A folder that is not there is one problem."""
    with pytest.raises(RegistryError) as raised:
        load(tmp_path / "none")

    assert raised.value.problems[0].slug == "missing-file"


def test_invalid_utf8_names_its_line(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 are told with their line."""
    (tmp_path / "community.yaml").write_bytes(b"community: town\ntitle: Caf\xe9\n")

    assert said(tmp_path) == ["community.yaml:2: error: This is not UTF-8. Save the file as UTF-8."]


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    """A file with a byte order mark reads like one without."""
    (tmp_path / "community.yaml").write_bytes(b"\xef\xbb\xbfcommunity: town\n")

    assert said(tmp_path) == []


def test_windows_line_ends(tmp_path: Path) -> None:
    """Lines may end as they do on Windows."""
    (tmp_path / "community.yaml").write_bytes(b"community: town\r\ntitle: Town\r\ncolour: red\r\n")

    assert check(tmp_path)[0].line == 3


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    """What cannot be opened is a problem of that file."""
    (tmp_path / "community.yaml").write_text("community: town\n", "utf-8")
    (tmp_path / "areas/a.yaml").mkdir(parents=True)

    assert said(tmp_path) == ["areas/a.yaml:1: error: The file cannot be read: Is a directory."]


def test_a_schema_over_64_kb(tmp_path: Path) -> None:
    """A schema file is at most 64 kB."""
    (tmp_path / "community.yaml").write_text("community: town\n", "utf-8")
    (tmp_path / "schemas").mkdir()
    (tmp_path / "schemas/big.yaml").write_text("#" * (MAX_SCHEMA_BYTES + 1), "utf-8")

    assert said(tmp_path) == ["schemas/big.yaml:1: error: The file is over 64 kB; a registry file is small."]


def test_nesting_without_end(tmp_path: Path) -> None:
    """A file nested beyond reason is refused, not run out of stack."""
    (tmp_path / "community.yaml").write_text("community: " + "[" * 20_000, "utf-8")

    assert check(tmp_path)[0].slug == "not-yaml"


def test_a_map_behind_a_link_does_not_leave(tmp_path: Path) -> None:
    """A link in the registry that leads out of it is not followed."""
    (tmp_path / "secret.csv").write_text("value,area\n", "utf-8")
    folder = tmp_path / "registry"
    (folder / "systems").mkdir(parents=True)
    (folder / "community.yaml").write_text("community: town\n", "utf-8")
    (folder / "map.csv").symlink_to(tmp_path / "secret.csv")
    text = "system: s\nowner: o\nkinds: {k: Did}\nareas: {by: repository, map: map.csv}\n"
    (folder / "systems/s.yaml").write_text(text, "utf-8")

    assert [problem.slug for problem in check(folder)] == ["outside"]


def test_hidden_files_are_passed_over(tmp_path: Path) -> None:
    """Swap files of editors are no part of the registry."""
    (tmp_path / "community.yaml").write_text("community: town\n", "utf-8")
    (tmp_path / "areas").mkdir()
    (tmp_path / "areas/.a.yaml").write_text("{{{", "utf-8")
    (tmp_path / "areas/README.md").write_text("Areas", "utf-8")

    assert said(tmp_path) == []


def test_characters_as_json_writes_them(tmp_path: Path) -> None:
    """Two halves of a character are one; half a character is refused."""
    (tmp_path / "community.yaml").write_text('community: town\ntitle: "\\ud83d\\udc3b"\n', "utf-8")
    title = load(tmp_path).community.title
    (tmp_path / "community.yaml").write_text('community: town\ntitle: "\\ud83d"\n', "utf-8")

    assert title == "🐻"
    assert said(tmp_path) == ["community.yaml:2: title: error: Half a character is written here. Write the character itself."]


@given(st.text(max_size=200))
def test_any_text_is_read_or_told(text: str) -> None:
    """No text makes the reader of YAML raise."""
    problems: list[Problem] = []

    assert (parse_source(text, "a.yaml", problems.append) is None) == bool(problems)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: (
    st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(_KEYS),
        inner, max_size=4,
    )
), max_leaves=12))
def test_any_shape_is_valid_or_explained(value: object) -> None:
    """Whatever an area file holds, it is loaded or told in problems that have a file, a line and words."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "community.yaml").write_text("community: town\n", "utf-8")
        (folder / "areas").mkdir()
        (folder / "areas/a.yaml").write_text(json.dumps(value), "utf-8")

        problems = check(folder)

    assert problems
    assert all(p.file == "areas/a.yaml" and p.line >= 1 and p.message for p in problems)
