"""The shell example of the documentation, as it stands there, before a real server."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from served import World

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "client.md"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """No server yet."""
    found = World(tmp_path / "W")
    yield found
    found.kill()


@pytest.mark.slow
def test_what_the_shell_example_keeps_arrives_once(world: World, tmp_path: Path):
    """Kept while no server is there, delivered by the next run; what is refused stands aside with the answer."""
    (script,) = re.findall(r"<!-- test: baloo-send -->\n```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    program, spool = tmp_path / "baloo-send", tmp_path / "spool"
    program.write_text(script.replace("--retry 4", "--retry 0"))  # the pauses are curl's own
    names = {"BALOO_URL": world.url, "BALOO_TOKEN": world.token, "BALOO_SPOOL": str(spool)}

    def send(events: list[dict[str, object]]) -> int:
        text = "".join(json.dumps(event) + "\n" for event in events)
        return subprocess.run(["sh", str(program)], input=text.encode(), env=os.environ | names, check=False).returncode

    events = [
        {"schema": "contribution", "version": 1, "at": f"2024-06-{day:02}", "system": "code", "kind": "git.commit",
         "actor": {"account": "ama"}} for day in range(1, 21)
    ]  # fmt: skip
    without = send(events[:10])
    waiting = len(list(spool.glob("[0-9]*.ndjson")))
    world.start()
    delivered = [send([]), send(events), send([events[0] | {"kind": "git.comit"}])]

    aside = {file.suffix for file in (spool / "refused").iterdir()}
    assert (without, waiting, delivered) == (75, 1, [0, 0, 65])
    assert aside == {".ndjson", ".json"}
    assert list(spool.glob("[0-9]*.ndjson")) == []
    assert Counter(world.found().values()) == {1: 20}
