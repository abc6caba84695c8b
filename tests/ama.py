"""A community in which Ama stands wherever somebody can stand: for tests of her erasure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from tests.functional.conftest import REGISTRY, TODAY, Baloo, event

from baloo.people.own import choose
from baloo.people.refer import resolve_reference
from baloo.records import Records
from baloo.workspace import Workspace

__all__ = ["AMA", "HOME", "JUN", "TOVE", "WORDS", "build", "history", "said"]

AMA = {"account": "a-1042", "username": "ama.owusu", "email": "Ama@example.org", "name": "Ama Owusu"}
HOME = {"email": "ama@home.example", "name": "Ámá Owusu-Mensah"}
JUN = {"account": "j-7", "username": "jun", "email": "jun@example.org", "name": "Jun Sato"}
TOVE = {"account": "t-1", "name": "Tove"}
WORDS = [*AMA.values(), *HOME.values(), "ama@work.example", "Ama the First"]
"""All that Ama is called anywhere: by systems, by a `.mailmap`, by herself."""


def history() -> list[dict[str, Any]]:
    """What Ama and Jun did, and what others' events say of her."""
    hers: list[dict[str, Any]] = [
        event("forum.answer", "2024-05-01", AMA, id="11111111-1111-4111-8111-111111111111", extra={"asker": "j-7"}),
        event("forum.answer", "2024-05-02", {"account": "a-1042"}, extra={"asker": "j-7", "text": "Yours, Ama Owusu"}),
        event("git.commit", "2024-05-03", HOME, object="https://git.example.org/marula/c/1"),
        event("forum.post", "2024-05-04", AMA, environment="staging"),
    ]
    others: list[dict[str, Any]] = [
        event("forum.answer", "2024-05-05", JUN, extra={"asker": "a-1042"}, object="https://forum.example.org/u/ama.owusu"),
        event("forum.answer", "2024-05-06", JUN, extra={"asker": "t-1", "text": "ask ama%40example.org, she knows"}),
        event("forum.answer", "2024-05-07", TOVE, extra={"asker": "j-7", "cc": [HOME["name"]]}),
        event("forum.post", "2024-05-08", TOVE, extra={"text": "amazing, in Obama's words"}),
        event("git.commit", "2024-05-09", {"email": "jun@example.org", "name": "Jun Sato"}, extra={"n": 1.50}),
    ]
    return [*hers, *others]


def said(events: Iterable[dict[str, Any]]) -> str:
    """Events, one a line."""
    return "".join(json.dumps(one) + "\n" for one in events)


def build(folder: Path) -> Baloo:
    """The workspace of that community, counted, in a folder where the files that it was made of stand, too."""
    baloo = Baloo(folder / "W")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BALOO_TODAY", TODAY)
        baloo("init", str(baloo.root))
        for name, text in REGISTRY.items():
            (baloo.root / "registry" / name).write_text(text, "utf-8")
        (folder / "events").write_text(said([*history(), event("forum.nothing", "2024-05-01", AMA)]), "utf-8")
        (folder / "mailmap").write_text(
            "Ama Owusu <ama@example.org> <ama@home.example>\n<ama@example.org> <ama@work.example>\n", "utf-8")
        (folder / "roster").write_text("who,from,to,organisation\nama@example.org,2024-01-01,,Marula\n", "utf-8")
        baloo("import", "events", str(folder / "events"))
        baloo("people", "mailmap", str(folder / "mailmap"), "--source", "code")
        baloo("people", "roster", str(folder / "roster"))
        baloo("people", "unlink", "forum:a-1042", "forum:j-7", "--reason", "I know Ama Owusu, she is not Jun")
        baloo("people", "unlink", "forum:j-7", "forum:t-1", "--reason", "ama@example.org knows them both")
        records = Records.open(Workspace.open(baloo.root).records)
        choose(records, 1, shown_name="Ama the First", hidden=False, now=1)
        choose(records, resolve_reference(records, "forum:j-7")[0], shown_name="A friend of Ama Owusu", hidden=False, now=1)
        records.close()
        baloo("refresh")
    return baloo
