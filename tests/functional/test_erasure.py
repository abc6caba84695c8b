"""A person who is erased is nowhere in the workspace, and stays so: each file is opened by its format and looked through."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.ama import AMA, HOME, JUN, WORDS, build, history
from tests.functional.conftest import TODAY, Baloo, event
from tests.scanner import Scanner

import walls
from baloo.clock import clock_from_environment
from baloo.people import find as finding
from baloo.people.erase import begin
from baloo.people.own import own
from baloo.people.refer import resolve_reference
from baloo.queue.log import LogQueue
from baloo.records import Records
from baloo.worker import erasing
from baloo.worker.parts import Parts
from baloo.worker.work import Work
from baloo.workspace import Workspace


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Baloo:
    """A community in which Ama stands wherever somebody can stand, to be copied."""
    return build(tmp_path_factory.mktemp("built"))


@pytest.fixture
def community(built: Baloo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Baloo:
    """A copy of that community."""
    monkeypatch.setenv("BALOO_TODAY", TODAY)
    return Baloo(shutil.copytree(built.root, tmp_path / "W"))


def test_an_erased_person_is_nowhere(community: Baloo, write: Callable[..., str]) -> None:
    """Found in every store before; afterwards in none, and out of all counts; what comes of them again is not taken in."""
    baloo, scanner = community, Scanner(WORDS)
    before = scanner.scan(baloo.root / "data")
    everybody = baloo.count(system="forum", level="casual")

    assert set().union(*before.values()) == set(scanner.words)
    assert {Path(file).parts[0] for file in before} == {"lake", "records"}
    assert baloo.json("people", "erase", "ama@example.org", "--dry-run")["lake"] == {"rows": 4, "texts": 3, "files": 1}
    assert scanner.scan(baloo.root / "data") == before

    (done,) = baloo.json("people", "erase", "ama@example.org")["erasures"]

    assert scanner.scan(baloo.root) == {}
    assert done["lake"] == {"rows": 4, "texts": 3, "files": 1}
    assert baloo.count(system="forum", level="casual") == everybody - 1
    assert baloo.json("refresh")["mode"] == "nothing"

    again = baloo.json("import", "events", write(history(), "again.ndjson"))
    baloo("refresh")

    assert scanner.scan(baloo.root) == {}
    assert again["accepted"] == 0
    assert baloo.count(system="forum", level="casual") == everybody - 1
    assert baloo.json("people", "erase", "ama@example.org") == {"erasures": []}
    assert "Nobody" in baloo.run("people", "erase", "zoe@example.org", code=4).stderr


def test_nobody_comes_back_by_another_way(community: Baloo, built: Baloo, write: Callable[..., str]) -> None:
    """Not as the owner of a thing that somebody works on later, by a refused event, a `.mailmap`, a roster, or in staging."""
    baloo, folder = community, built.root.parent
    baloo("people", "erase", "forum:a-1042")
    known = baloo("people", "export").count("\n")

    baloo("import", "events", write([
        event("forum.answer", "2024-06-01", JUN, extra={"asker": "a-1042"}),
        event("forum.answer", "2024-06-02", JUN, extra={"asker": "a-1042", "n": 2}),
        event("forum.nothing", "2024-06-03", AMA), event("forum.nothing", "2024-06-03", HOME),
        event("forum.post", "2024-06-04", {"name": "x", "email": "AMA@example.org"}, environment="staging"),
    ], "later.ndjson"), code=0)
    baloo("people", "mailmap", str(folder / "mailmap"), "--source", "code")
    baloo("people", "roster", str(folder / "roster"))
    baloo("refresh")

    assert Scanner(WORDS).scan(baloo.root) == {}
    assert baloo("people", "export").count("\n") == known
    assert baloo.count(area="support", as_of="2024-06-05") == 1


def test_what_others_said_still_counts(community: Baloo) -> None:
    """Others' contributions stay, on her things and about her; what they say but for her words stays letter by letter."""
    community("people", "erase", "forum:a-1042")
    parts = Parts(Workspace.open(community.root), clock_from_environment())
    try:
        (file,) = parts.lake.snapshot().events
        rows = parts.lake.duckdb.execute("SELECT object, extra FROM read_parquet($1) ORDER BY \"at\"", [file]).fetchall()
    finally:
        parts.close()

    texts = [extra for _, extra in rows]
    assert len(rows) == 5
    assert rows[0][0].startswith("https://forum.example.org/u/erased-")
    assert texts[0].startswith('{"asker":"erased-')
    assert texts[1].startswith('{"asker":"t-1","text":"ask erased-')
    assert texts[1].endswith(', she knows"}')
    assert texts[3:] == ['{"text": "amazing, in Obama\'s words"}', '{"n": 1.5}']


def test_who_was_erased_makes_room_for_nobody(community: Baloo, write: Callable[..., str]) -> None:
    """An id is never given twice: whoever comes after is a new person, who is found and counted."""
    known = [line.split(",")[-1] for line in community("people", "export").splitlines()[1:]]
    community("people", "erase", "git-nobody@example.org", code=4)
    last = community.json("people", "erase", "forum:t-1")["erasures"]
    community("import", "events", write([event("forum.answer", "2024-06-01", {"account": "new", "name": "Idris"})], "new.ndjson"))
    community("refresh")
    now = [line.split(",") for line in community("people", "export").splitlines()[1:]]

    assert len(last) == 1
    assert "" not in {line[0] for line in now}
    assert next(int(line[-1]) for line in now if line[1] == "new") > max(map(int, known))


@pytest.mark.parametrize("step", ["begin_anew", "erase", "delete", "scrub", "refresh", "forget_older_counts", "finish"])
def test_an_erasure_that_was_stopped_is_taken_up_again(community: Baloo, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Stopped before or after any step, the next refresh brings it to its end, and so does the same command."""
    class Stopped(Exception):
        """As a kill does."""

    owner: Any = {"begin_anew": LogQueue, "scrub": Records, "refresh": Work, "forget_older_counts": Work}.get(step, erasing)
    real = getattr(owner, step)

    def stopped(*arguments: Any, **named: Any) -> Any:
        real(*arguments, **named)
        raise Stopped

    monkeypatch.setattr(owner, step, stopped)
    parts = Parts(Workspace.open(community.root), clock_from_environment())
    with pytest.raises(Stopped):
        Work(parts).erase([1], "tove")
    parts.close()
    monkeypatch.undo()
    monkeypatch.setenv("BALOO_TODAY", TODAY)

    community("refresh")

    assert Scanner(WORDS).scan(community.root) == {}
    assert community.json("people", "erase", "forum:a-1042") == {"erasures": []}


def test_the_index_of_the_search_is_made_anew(community: Baloo, monkeypatch: pytest.MonkeyPatch) -> None:
    """It holds hashes of what people are called, those of one person under one number: after an erasure there is none."""
    monkeypatch.setattr(finding, "_LARGE", 1)
    community("people", "find")
    before = list((community.root / "data" / "records").glob("people-keys-*"))
    community("people", "erase", "ama@example.org")

    assert before
    assert list((community.root / "data" / "records").glob("people-keys-*")) == []
    community("people", "find")


def test_who_asks_goes_with_what_was_loaded_and_not_joined_yet(community: Baloo) -> None:
    """Between a load and the next refresh nobody knows that a new account is theirs: it is found before anything is deleted."""
    parts = Parts(Workspace.open(community.root), clock_from_environment())
    said = {"system": "code", "kind": "git.commit", "account": "red-kite", "email": "Ama@example.org"}
    parts.queue.append([walls.request(walls.event(1, **said), walls.event(2, **said | {"email": None}))])
    Work(parts).drain()
    ama = resolve_reference(parts.records, "forum:a-1042")[0]
    begin(parts.records, [one.id for one in own(parts.records, ama).identities], who="person", now=1)  # as their own page does
    parts.close()
    community("refresh")

    assert Scanner([*WORDS, "red-kite"]).scan(community.root) == {}
