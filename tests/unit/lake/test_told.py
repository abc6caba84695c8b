"""What a load tells whoever watches: how long it had waited, what became of its events, the last of them, and the heartbeat."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from baloo.lake.told import HEARTBEAT
from baloo.queue.base import Request, encode
from walls import NOON, Walls, event, request


@pytest.fixture
def walls(tmp_path: Path) -> Iterator[Walls]:
    """An empty workspace."""
    made = Walls(tmp_path)
    yield made
    made.close()


def test_each_event_has_one_outcome(walls: Walls) -> None:
    """What is kept, what revises, what was there already and what is another's is told by system and schema."""
    first = walls.load(request(event(1), event(2))).told
    second = walls.load(
        request(event(1), event(2, extra='{"n":2}'), event(3)), request(event(3, system="sumo"), sender="sumo")).told

    assert first is not None
    assert second is not None
    assert first.outcomes == {("kept", "forum", "forum"): 2}
    assert second.outcomes == {
        ("duplicate", "forum", "forum"): 1, ("revised", "forum", "forum"): 1, ("kept", "forum", "forum"): 1,
        ("not-yours", "sumo", "forum"): 1,
    }


def test_the_last_events_are_told_without_whom_they_are_about(walls: Walls) -> None:
    """Of a large load the last fifty are remembered, in order, by system, kind, schema and time of receipt alone."""
    walls.send(request(event(100, account="ama@example.org"), received=NOON))
    told = walls.load(request(*(event(n) for n in range(60)), received=NOON + 7)).told

    assert told is not None
    assert told.oldest == NOON
    assert [one.received for one in told.latest] == [NOON + 7] * 50
    assert (told.latest[-1].system, told.latest[-1].kind, told.latest[-1].environment) == ("forum", "forum.answer", "production")
    assert "ama" not in repr(told)


def test_a_heartbeat_reaches_the_lake_and_leaves_nothing_in_it(walls: Walls) -> None:
    """Its load is committed and tells of it; no row, no file and no count comes of it, and the queue is empty."""
    walls.load(request(event(1)))
    files = walls.lake.events.files()
    loaded = walls.load(encode(Request("heartbeat", None, NOON + 9, HEARTBEAT)))

    assert loaded.told is not None
    assert loaded.told.heartbeat == NOON + 9
    assert (loaded.accepted, loaded.refused, dict(loaded.by_via), loaded.told.latest) == (0, 0, {}, ())
    assert walls.lake.events.through == loaded.through == 2
    assert walls.lake.events.files() == files
    assert walls.queue.depth().rows == 0


def test_who_pushes_is_told(walls: Walls) -> None:
    """A sender's request that counts is told with its moment; one of staging, of nobody, or of an import is not."""
    walls.send(request(event(1), received=NOON))
    walls.send(request(event(2, system="sumo", environment="staging"), sender="sumo", received=NOON))
    walls.send(request(event(3, system="wiki"), sender=None, received=NOON))
    told = walls.load(request(event(4, system="code"), sender="code", via="import 1", received=NOON)).told

    assert told is not None
    assert told.pushed == {"forum": NOON}
