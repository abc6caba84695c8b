"""Every installed source, against recorded pages: all arrives once, whatever the system does meanwhile.

A folder `tests/sources/NAME/` has `pages.json` (see `played`), `events.json` (the events that come of them), and the same in
a file, `dump.*`. `BALOO_GOLDEN=1` writes `events.json` anew, for you to read.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from baloo.clock import FixedClock
from baloo.errors import InputError
from baloo.ingest.accept import Door
from baloo.queue.base import Event
from baloo.registry import check, load
from baloo.registry.built_in import kinds_of_source
from baloo.registry.init import presets
from baloo.registry.model import Registry
from baloo.settings import load_settings
from baloo.sources.base import Source
from baloo.sources.installed import example, recipe_of, sources
from baloo.sources.journal import Journal
from baloo.worker import reading
from played import Player, playing

HERE = Path(__file__).parent
ALL = sorted(sources())
LIVE = [name for name in ALL if (HERE / name / "pages.json").exists()]
NOW = dt.datetime(2024, 7, 1, 12, tzinfo=dt.UTC)
STUMBLES = ("429", "", "500", "cut", "", "short", "500", "429", "", "cut")


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits in a test, and it is the day of the recorded pages."""
    monkeypatch.setattr("baloo.sources.api._pause", lambda _: 0.0)
    monkeypatch.setenv("BALOO_TODAY", NOW.date().isoformat())


class Run:
    """One source of one system, as often as it is read."""

    def __init__(self, name: str, folder: Path, written: Callable[[str], str] = str) -> None:
        """`written` is what makes the system's file of the source's example."""
        self.name, self.folder = name, folder
        registry = folder / "registry"
        (registry / "systems").mkdir(parents=True, exist_ok=True)
        (registry / "community.yaml").write_text("community: marula\n", "utf-8")
        (registry / "systems" / "one.yaml").write_text(written(example(name)), "utf-8")
        self.registry: Registry = load(registry)
        (self.system,) = self.registry.systems.values()
        self.site = "https://" + (self.system.url or "").split("/")[2]
        self.door = Door(lambda: self.registry, FixedClock(NOW), load_settings(folder / "baloo.toml"))

    def live(self, url: str, **more: Any) -> list[Source]:
        """The source at an address, which goes on where it was."""
        asked, feed = reading.Asked((url,), per_second=1000, **more), self.system.source
        key = {feed.key_env: "a-key"} if feed and feed.key_env else {}
        return reading.live_sources(self.registry, self.name, self.system, asked, Journal(self.folder / "imports"), key)

    def read(self, found: list[Source]) -> list[dict[str, Any]]:
        """What the door makes of it; it refuses nothing."""
        return list(self.events(found))

    def events(self, found: list[Source]) -> Iterator[dict[str, Any]]:
        """One event after the other, each as soon as its chunk is there."""
        for source in found:
            for chunk in source.chunks(0):
                request = self.door.accept(chunk.body, namespace="baloo", sender=None, via="import").request
                assert [(refusal.pointer, refusal.reason) for refusal in request.refusals] == []
                yield from map(_shown, request.events)


def _shown(event: Event) -> dict[str, Any]:
    moment = dt.datetime.fromtimestamp(event.at / 1e6, dt.UTC).isoformat().replace("+00:00", "Z")
    actor = {part: getattr(event, part) for part in ("account", "username", "email", "name") if getattr(event, part)}
    return {"id": event.id, "at": moment, "kind": event.kind, "actor": actor, "object": event.object,
            "extra": json.loads(event.extra or "{}")}


def _url(name: str, player: Player) -> str:
    """The address that the recorded pages were asked for at."""
    file = HERE / name / "url.txt"
    return file.read_text("utf-8").strip().replace("{BASE}", player.base) if file.exists() else player.base


def _sorted(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted({json.dumps(e, sort_keys=True): e for e in events}.values(), key=lambda e: (e["at"], e["kind"], e["id"]))


def _golden(name: str, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    file = HERE / name / "events.json"
    if os.environ.get("BALOO_GOLDEN"):
        lines = ",\n".join(json.dumps(event, ensure_ascii=False) for event in events)
        file.write_text(f"[\n{lines}\n]\n", "utf-8")
    return list(json.loads(file.read_text("utf-8")))


def _live(run: Run, player: Player) -> list[dict[str, Any]]:
    """What the live system brings, as if it were where its example says."""
    text = json.dumps(run.read(run.live(_url(run.name, player))), ensure_ascii=False)
    return _sorted(json.loads(text.replace(player.base, run.site)))


def _dumped(run: Run) -> list[dict[str, Any]]:
    """What the file brings."""
    return _sorted(run.read(reading.read_files(run.registry, run.name, run.system, sorted((HERE / run.name).glob("dump.*")))))


@pytest.mark.parametrize("name", ALL)
def test_what_a_source_brings(name: str, tmp_path: Path):
    """B01 to B08, B10 to B12 and B22: its golden events, live and from a file, each once; every kind of its mapping is there."""
    run = Run(name, tmp_path)
    events = dumped = _dumped(run)
    if name in LIVE:
        with playing(HERE / name / "pages.json") as player:
            events = _sorted(_live(run, player) + dumped)

            assert player.unknown == []
    assert events == _golden(name, events)
    assert dumped != []
    assert len({event["id"] for event in events}) == len(events)
    assert {event["kind"] for event in events} == set(kinds_of_source(name))


@pytest.mark.parametrize("name", LIVE)
def test_a_system_that_stumbles_and_turns_its_lists_round(name: str, tmp_path: Path):
    """429, 500, half an answer, a broken connection and another order change nothing of what arrives."""
    with playing(HERE / name / "pages.json") as player:
        whole = _live(Run(name, tmp_path / "whole"), player)
        player.stumbles, player.reordered = itertools.cycle(STUMBLES), True

        assert _live(Run(name, tmp_path / "stumbling"), player) == whole


@pytest.mark.parametrize("name", LIVE)
def test_read_again_nothing_is_new(name: str, tmp_path: Path):
    """The second run asks where the first ended; what comes again is the same document, word for word."""
    run = Run(name, tmp_path)
    with playing(HERE / name / "pages.json") as player:
        first, asked = _live(run, player), len(player.asked)
        again = _live(run, player)

        assert [event for event in again if event not in first] == []
        assert len(player.asked) - asked <= asked
        assert player.unknown == []


@pytest.mark.parametrize("name", LIVE)
def test_wherever_a_run_is_stopped_the_next_ones_bring_the_rest(name: str, tmp_path: Path):
    """A system that is gone after each number of answers: two runs together have what one has."""
    with playing(HERE / name / "pages.json") as player:
        whole = _live(Run(name, tmp_path / "whole"), player)
        for most in range(len(player.asked)):
            run, events = Run(name, tmp_path / str(most)), []
            player.asked, player.most = [], most
            with pytest.raises(InputError):
                events.extend(run.events(run.live(_url(name, player))))  # what came before the error is in it
            player.most = None
            events = json.loads(json.dumps(events, ensure_ascii=False).replace(player.base, run.site))

            assert _sorted(events + _live(run, player)) == whole


def test_the_seeds_community_takes_what_its_sources_bring():
    """The schemas of `--preset mozilla` let pass what comes of the files, of each system that says which source reads it."""
    preset = load(presets()["mozilla"])
    door = Door(lambda: preset, FixedClock(NOW), load_settings(Path("baloo.toml")))
    refused = []
    for system in preset.systems.values():
        name = system.source.name if system.source else "none"
        for source in reading.read_files(preset, name, system, sorted((HERE / name).glob("dump.*"))) if name in ALL else ():
            for chunk in source.chunks(0):
                request = door.accept(chunk.body, namespace="baloo", sender=None, via="import").request
                refused += [(system.id, refusal.pointer, refusal.reason) for refusal in request.refusals]

    assert refused == []


@pytest.mark.parametrize("name", ALL)
def test_a_source_is_whole(name: str, tmp_path: Path):
    """Its examples are a system and an area that `baloo check` takes, and it has a page of documentation that names each kind."""
    Run(name, tmp_path)
    if area := example(name, "area"):
        (tmp_path / "registry" / "areas").mkdir()
        (tmp_path / "registry" / "areas" / "one.yaml").write_text(area, "utf-8")
    page = (HERE.parents[1] / "docs" / "sources" / f"{name}.md").read_text("utf-8")

    assert [problem.message for problem in check(tmp_path / "registry") if problem.severity == "error"] == []
    assert YAML(typ="safe").load(example(name))["source"]["name"] == name
    assert recipe_of(name).title in page
    assert [kind for kind in kinds_of_source(name) if f"`{kind}`" not in page] == []
    assert "## Instead, the system pushes" in page
