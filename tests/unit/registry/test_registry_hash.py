"""The hash says what a registry means."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from baloo.registry import load

PRESETS = Path(__file__).parent / "presets"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the presets that a test may change."""
    return Path(shutil.copytree(PRESETS, tmp_path / "registry"))


def edit(file: Path, old: str, new: str) -> None:
    """Replace a text that stands once in a file."""
    text = file.read_text("utf-8")
    assert text.count(old) == 1
    file.write_text(text.replace(old, new), "utf-8")


def test_comments_order_and_layout_mean_nothing(folder: Path) -> None:
    """Comments, order of keys, flow style, names of files and the order of a map's rows leave the hash alone."""
    before = load(PRESETS).hash
    edit(folder / "areas/fedora.yaml", "- area: fedora\n  counts: [{system: fedora}]\n",
         "# weekly\n- counts:\n    - system: fedora\n  area: fedora\n")  # fmt: skip
    (folder / "areas/reps.yaml").rename(folder / "areas/a-reps.yaml")
    rows = (folder / "maps/github-repos.csv").read_text("utf-8").splitlines()
    (folder / "maps/github-repos.csv").write_text("\n".join([rows[0], *reversed(rows[1:])]) + "\n", "utf-8")

    assert before == load(folder).hash


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("areas/fedora.yaml", "at_least: 8", "at_least: 9"),
        ("areas/fedora.yaml", "within: 13 weeks", "within: 91 days"),
        ("areas/support.yaml", "any:\n", "all:\n"),
        ("areas/support.yaml", "keeps: 14 days", "keeps: ever"),
        ("areas/support.yaml", "since: 2013-01-01", "since: 2013-01-02"),
        ("areas/support.yaml", "title: Support\n", "title: Help\n"),
        ("areas/support.yaml", "{locale: en-US}", "{locale: en-GB}"),
        ("areas/ammo.yaml", "{tarako: true}", "{tarako: 1}"),
        ("systems/github.yaml", "title: Starred a repository, contribution: false", "title: Starred a repository"),
        ("maps/github-repos.csv", "mozilla-b2g/*", "mozilla-b2g/"),
        ("community.yaml", "[example.org]", "[example.com]"),
    ],
)
def test_a_changed_meaning_changes_the_hash(folder: Path, file: str, old: str, new: str) -> None:
    """A threshold, a window, a group, a date, a title, a value, a fact or a row: each is part of the meaning."""
    before = load(folder).hash
    edit(folder / file, old, new)

    assert before != load(folder).hash
