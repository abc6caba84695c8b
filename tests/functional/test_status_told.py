"""`baloo status` over a workspace that is filled: nobody sets a stage, what was done does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.functional.conftest import Baloo, event

Write = Callable[..., str]


def _stages(baloo: Baloo, system: str) -> dict[str, str]:
    (found,) = (one for one in baloo.json("status")["systems"] if one["system"] == system)
    return {stage["stage"]: stage["state"] for stage in found["stages"]}


def _with_schemas(baloo: Baloo) -> None:
    """Each kind of the forum takes any fields, and says so."""
    file = baloo.root / "registry" / "systems" / "forum.yaml"
    text = file.read_text("utf-8").replace("owner: asker}", "owner: asker, schema: contribution}")
    file.write_text(text.replace("Wrote a post", "{title: Wrote a post, schema: contribution}"), "utf-8")


def _answer(**more: Any) -> dict[str, Any]:
    return event("forum.answer", "2024-06-29", "ama", extra={"asker": "zoe"}, **more)


def test_a_history_makes_a_system_a_part_of_the_whole(baloo: Baloo, write: Write) -> None:
    """Before anything, after an import whose end was reached, and after a refresh; a dry run and other systems change nothing."""
    _with_schemas(baloo)
    before = _stages(baloo, "forum")
    baloo("import", "events", write([_answer()]), "--dry-run")
    dry = _stages(baloo, "forum")
    baloo("import", "events", write([_answer()]))
    imported = _stages(baloo, "forum")
    baloo("refresh")
    counted = baloo.json("status")

    assert before == dry == {
        "schema": "done", "import": "none", "push": "none", "aggregation": "in process", "dashboard": "none"}
    assert imported == before | {"import": "done", "aggregation": "done"}
    assert _stages(baloo, "forum") == imported | {"dashboard": "done"}
    assert _stages(baloo, "code")["import"] == "none"
    assert counted["coverage"] == {"automatic": 1, "automatic_known": 2, "manual": 0, "manual_known": 0}


def test_the_table_says_what_the_json_says(baloo: Baloo, write: Write) -> None:
    """C01: without `--json` each system is a line, then come coverage, work and what waits for it; silence is told beside."""
    _with_schemas(baloo)
    folder = baloo.root / "registry" / "work"
    folder.mkdir(exist_ok=True)
    (folder / "plan.yaml").write_text(
        "- {work: 7, title: A key, systems: [code], stage: import, blocks: true, quarter: 2024-Q2}\n", "utf-8")
    baloo("import", "events", write([event("forum.answer", "2024-06-01", "ama", extra={"asker": "zoe"})]))
    baloo("refresh")
    said = baloo.run("status")

    assert said.stdout.splitlines()[1].split() == ["code", "none", "blocked", "none", "in", "process", "none", "0", "%", "coding"]
    assert "1 of 2 known systems are in: 1 of 2 automatic, 0 of 0 by hand." in said.stdout
    assert "2024-Q2  ongoing  1 to do, 1 open" in said.stdout
    assert "code waits with import for 7." in said.stdout
    assert "forum: nothing for 29 days" in said.stderr
