"""What `check` says of registries that are wrong: one file a case in `refusals/`, files first, what is said last.

`BALOO_WRITE_GOLDEN=1` writes what is said into the cases, to be read before it is committed.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from baloo.errors import RegistryError
from baloo.registry import check, load

CASES = sorted((Path(__file__).parent / "refusals").glob("*.txt"))
SAYS = "=== says\n"
BASE = {
    "community.yaml": "community: town\n",
    "systems/forum.yaml": (
        "system: forum\nowner: forum-team@example.org\nkinds:\n"
        "  forum.answer: {title: Answered a question, owner: asked_by}\n  forum.question: Asked a question\n"
    ),
}


def lay_out(folder: Path, files: str) -> None:
    """Write the files of a case over a small registry that is right; `(none)` leaves a file out."""
    written = dict(BASE)
    for part in files.split("=== ")[1:]:
        name, _, text = part.partition("\n")
        written[name] = text
    for name, text in written.items():
        if text.strip() != "(none)":
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_check_says(case: Path, tmp_path: Path) -> None:
    """Each wrong registry is refused or warned of in the words of its case, with file, line, key and the nearest name."""
    files, _, expected = case.read_text("utf-8").partition(SAYS)
    lay_out(tmp_path, files)

    said = "".join(f"{problem}\n" for problem in check(tmp_path))

    if os.environ.get("BALOO_WRITE_GOLDEN"):
        case.write_text(files + SAYS + said, "utf-8")
        return
    assert expected == said


@pytest.mark.parametrize("case", CASES, ids=[case.stem for case in CASES])
def test_load_refuses_exactly_the_errors(case: Path, tmp_path: Path) -> None:
    """`load` raises with the errors of `check` and no warnings, and loads what has warnings only."""
    files, _, _ = case.read_text("utf-8").partition(SAYS)
    lay_out(tmp_path, files)
    errors = tuple(problem for problem in check(tmp_path) if problem.severity == "error")

    if not errors:
        assert load(tmp_path).community.id == "town"
        return
    with pytest.raises(RegistryError) as raised:
        load(tmp_path)

    assert errors == raised.value.problems


def test_the_small_registry_is_right(tmp_path: Path) -> None:
    """The registry that the cases change is without a problem of its own."""
    lay_out(tmp_path, "")

    assert check(tmp_path) == []
