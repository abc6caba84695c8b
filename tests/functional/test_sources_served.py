"""A live system from the command line and beside a running server, with the real queue, lake and worker."""

from __future__ import annotations

import json
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from tests.functional.conftest import Baloo

from baloo.records import Records
from baloo.records import runs as rows
from played import Player, playing
from served import World

PAGES = Path(__file__).parents[1] / "sources" / "discourse" / "pages.json"
DAY = 86_400_000_000


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits between two tries."""
    monkeypatch.setattr("baloo.sources.api._pause", lambda _: 0.0)


def _forum(player: Player, **more: Any) -> str:
    source = {"name": "discourse", "url": player.base, "per_second": 1000, **more}
    kinds = {"discourse.topic": "Opened a topic", "discourse.post": {"title": "Answered", "owner": "author"}}
    return json.dumps({"system": "talk", "owner": "talk@example.org", "source": source, "kinds": kinds})


def test_a_live_system_is_imported_once(baloo: Baloo, quick: None):
    """Six events; again, nothing new; each run is noted; and a dry one notes and keeps nothing."""
    with playing(PAGES) as player:
        (baloo.root / "registry" / "systems" / "talk.yaml").write_text(_forum(player), "utf-8")
        (baloo.root / "registry" / "areas" / "talking.yaml").write_text("area: talking\ncounts: [{system: talk}]\n", "utf-8")
        dry = baloo.json("import", "discourse", "--dry-run")
        first = baloo.json("import", "discourse")
        again = baloo.json("import", "discourse")
        whole = baloo.json("import", "discourse", "--since", "2024-01-01")
    baloo("refresh")
    noted = baloo.json("runs")["runs"]

    assert (dry["accepted"], first["accepted"], first["refused"]) == (6, 6, 0)
    assert [(run["accepted"], run["duplicates"]) for run in (again, whole)] == [(0, 4), (0, 6)]
    assert [(run["outcome"], run["accepted"], run["asked"]) for run in noted] == [("done", n, "hand") for n in (0, 0, 6)]
    assert baloo.count(area="talking", as_of="2024-06-30") == 4


def test_a_source_that_is_none_is_told_with_the_nearest(baloo: Baloo):
    """Whoever mistypes one is not left with the name alone."""
    assert "Did you mean `hg`?" in baloo.run("import", "hgg", code=4).stderr


def test_what_a_stopped_run_left_comes_with_the_next(baloo: Baloo, quick: None):
    """The system goes away in the middle: what came is kept, the run says why, and the next one asks for the rest."""
    with playing(PAGES) as player:
        (baloo.root / "registry" / "systems" / "talk.yaml").write_text(_forum(player), "utf-8")
        player.most = 2
        stopped = baloo.run("import", "discourse", "--json", code=4)
        player.most = None
        rest = baloo.json("import", "discourse")
    noted = baloo.json("runs")["runs"]

    assert json.loads(stopped.stdout)["accepted"] + rest["accepted"] == 6
    assert [run["outcome"] for run in noted] == ["done", "failed"]
    assert "It answers 503." in noted[1]["why"]


def test_no_secret_is_in_an_address_or_said(baloo: Baloo, quick: None, monkeypatch: pytest.MonkeyPatch):
    """A key goes in a header, and to nobody but the system; an address with a password is refused."""
    monkeypatch.setenv("TALK_KEY", "sesame")
    with playing(PAGES) as player:
        (baloo.root / "registry" / "systems" / "talk.yaml").write_text(_forum(player, key_env="TALK_KEY"), "utf-8")
        said = baloo.run("import", "discourse", "--json")
        asked = " ".join(player.asked)
        refused = baloo.run("import", "discourse", "--url", "https://ama:sesame@forum.example.org", code=4)

    assert {headers["Api-Key"] for headers in player.headers} == {"sesame"}
    assert "sesame" not in asked + said.stdout + said.stderr + refused.stderr


def test_the_server_reads_a_system_when_it_is_due(tmp_path: Path):
    """B09: what was missed while nothing ran is read at once, noted, shown on the page, and told to who monitors."""
    world = World(tmp_path / "W")
    with playing(PAGES) as player:
        (world.root / "registry" / "systems" / "talk.yaml").write_text(_forum(player, cron="0 3 * * *"), "utf-8")
        records = Records.open(world.root / "data" / "records" / "records.sqlite")
        before = rows.begin(records, "talk", "discourse", "schedule", int(time.time() * 1e6) - 3 * DAY)
        rows.end(records, before, "failed", int(time.time() * 1e6) - 3 * DAY, {}, "It did not answer.")
        records.close()
        world.start()
        try:
            _until_done(world)
            page = _get(f"{world.url}/runs")
            metrics = _get(f"{world.url}/metrics")
        finally:
            world.kill()
    last, first = json.loads(world.baloo("runs", "--json"))["runs"]

    assert (last["outcome"], last["asked"], last["accepted"], first["why"]) == ("done", "schedule", 6, "It did not answer.")
    assert "It did not answer." in page
    assert 'baloo_source_alarm{alarm="overdue",system="talk"} 0.0' in metrics
    assert 'baloo_source_run_timestamp_seconds{system="talk"}' in metrics


def _until_done(world: World) -> None:
    give_up = time.monotonic() + 120
    while json.loads(world.baloo("runs", "--json"))["runs"][0]["outcome"] != "done":
        assert time.monotonic() < give_up, world.log.read_text("utf-8")
        time.sleep(0.2)


def _get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=60) as answer:
        return str(answer.read().decode())
