"""`baloo preview`: what a rule would count before it is in force is what it counts when it is."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.functional.conftest import Baloo, event

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "change-a-rule.md"
HEAD = "area: support\ntitle: Support\nowner: support@example.org\ncounts: [{system: forum}]\npathway:\n"
OLD = "  - {point: regular, level: active, when: {kinds: [forum.answer], at_least: 5, within: 1 year}}\n"
OBJECTS = "  - {point: regular, level: active, when: {at_least: 2, of: objects, within: 1 year}}\n"
AREA = "area: writing\nowner: support@example.org\npart_of: support\ncounts: [{system: forum, kinds: [forum.post]}]\n"
TOLD = """\
Support (area:support)
now:   You count as active in Support when you answered a question at least five times in the last year.
then:  You count as active in Support when you answered a question at least ten times in the last year.
day         now  then  come  go
2025-12-31    2     2     0   0
2026-01-31    2     1     0   1
2026-02-28    2     1     0   1

Marula (community)
day         now  then  come  go
2025-12-31    3     3     0   0
2026-01-31    3     2     0   1
2026-02-28    3     2     0   1
"""
DAYS = ("--as-of", "2026-02-28", "--months", "2")


@pytest.fixture
def lived(baloo: Baloo, write: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> Baloo:
    """Ama answered twelve times, Jun six; Tove wrote two pages and a change; five answers count."""
    monkeypatch.setenv("BALOO_TODAY", "2026-03-01")
    many = (("ama", 12), ("jun", 6))
    answers = [event("forum.answer", f"2025-0{3 + n // 5}-1{n % 5}", who) for who, times in many for n in range(times)]
    pages = [event("forum.post", "2025-05-05", "tove", object=f"https://forum.example.org/{n}") for n in range(2)]
    _area(baloo, "support").write_text(HEAD + OLD, "utf-8")
    baloo("import", "events", write([*answers, *pages, event("git.commit", "2025-05-05", "tove")]))
    baloo("refresh")
    return baloo


def test_the_page_s_own_rule(lived: Baloo, tmp_path: Path):
    """E03: the rule of the how-to, previewed by its command, is said in words and in numbers, and changes nothing."""
    page = PAGE.read_text("utf-8")
    draft = tmp_path / "drafts" / "support.yaml"
    draft.parent.mkdir()
    draft.write_text(HEAD + re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)[0], "utf-8")
    before = {file: file.read_bytes() for file in lived.root.glob("[rd]*/**/*") if file.is_file() and "records" not in str(file)}
    [command] = re.findall(r"\$ baloo (preview .*)", page)
    said = lived.run(*command.replace("drafts", str(draft.parent)).split())

    assert said.stdout == TOLD
    assert "Nothing is changed" in said.stderr
    assert {file: file.read_bytes() for file in before} == before
    assert not list(lived.root.glob("data/derived/beside-*"))


@pytest.mark.parametrize(("name", "text"), [("support", HEAD + OBJECTS), ("writing", AREA)])
def test_what_is_previewed_is_what_is_counted(lived: Baloo, tmp_path: Path, name: str, text: str):
    """A rule that looks at what nobody looked at before, and a new area, count then as they do when they are in force."""
    draft = tmp_path / f"{name}.yaml"
    draft.write_text(text, "utf-8")
    told = lived.json("preview", str(draft), *DAYS)["scopes"]
    counted = [_numbers(lived, one) for one in told]
    _area(lived, name).write_text(text, "utf-8")
    early = lived.run("preview", str(draft), code=4).stderr
    lived("refresh")

    assert {one["scope"] for one in told} == {f"area:{name}", "area:support", "community"}
    assert [[row["now"] for row in one["days"]] for one in told] == counted
    assert [[row["then"] for row in one["days"]] for one in told] == [_numbers(lived, one) for one in told]
    assert all((row["now"] or 0) + row["come"] - row["go"] == row["then"] for one in told for row in one["days"])
    assert "has changed since it was counted" in early
    assert lived.json("preview", str(_area(lived, name)))["scopes"] == []


def test_what_is_wrong_is_said(lived: Baloo, tmp_path: Path):
    """A draft is held against the whole registry: the file, its line, and the nearest name."""
    draft = tmp_path / "support.yaml"
    draft.write_text(HEAD + OLD.replace("forum.answer", "forum.anwser"), "utf-8")
    wrong = lived.run("preview", str(draft), code=3).stderr
    missing = lived.run("preview", str(tmp_path / "nothing.yaml"), code=4).stderr

    assert re.search(r"areas/support\.yaml:6:.*forum\.answer", wrong)
    assert "This is no file of an area." in missing


def _numbers(baloo: Baloo, one: dict[str, Any]) -> list[int | None]:
    """What `baloo count` says of a scope on the days; None where it is not there."""
    kind, _, name = one["scope"].partition(":")
    asked = () if kind == "community" else (f"--{kind}", name)
    if name and not _area(baloo, name).exists():
        return [None for _ in one["days"]]
    return [baloo.json("count", "active", *asked, "--as-of", row["day"])["active"] for row in one["days"]]


def _area(baloo: Baloo, name: str) -> Path:
    return baloo.root / "registry" / "areas" / f"{name}.yaml"
