"""What monitoring reads: the metrics, who may read them, and the heartbeat."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from litestar import Litestar
from prometheus_client.parser import text_string_to_metric_families

import pretend
from baloo.clock import FixedClock
from baloo.errors import BalooError, RegistryError
from baloo.errors import Problem as Wrong
from baloo.ingest.accept import HTTP, Door
from baloo.ingest.verdict import Verdict
from baloo.lake.base import Loaded
from baloo.lake.told import HEARTBEAT, Told
from baloo.queue.log import LogQueue
from baloo.queue.timings import Timings
from baloo.settings import Settings, load_settings
from baloo.web.live.gallery import Gallery
from baloo.web.live.ring import Ring
from baloo.web.live.stream import Watchers
from baloo.web.monitor.catalogue import METRICS
from baloo.web.monitor.counts import Counts, Statuses
from baloo.web.monitor.exposition import exposition
from baloo.web.monitor.figures import Sources
from baloo.web.monitor.heartbeat import Heartbeat, Pulse
from baloo.web.monitor.routes import routes
from baloo.worker.report import Reporter
from baloo.workspace import Workspace

_CLOCK = FixedClock(dt.datetime.combine(pretend.TODAY, dt.time(12), dt.UTC))
_DOOR = Door(pretend.registry, _CLOCK, load_settings(Path("none.toml"), {}))
_EVENT = {
    "schema": "contribution", "version": 1, "at": "2026-11-20T10:00:00Z", "system": "forum", "kind": "forum.done",
    "actor": {"account": "ama"},
}


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """A workspace whose worker loaded something once, and counts that begin."""
    workspace = Workspace.init(tmp_path / "W")
    reporter = Reporter(workspace)
    told = Told(1_000_000, heartbeat=2_000_000, outcomes={("kept", "forum", "contribution"): 3, ("duplicate", "forum", "x"): 1})
    reporter.loaded(Loaded(through=1, staging=2, voided=1, told=told))
    reporter.refreshed(0.5)
    reporter.trouble("counting", BalooError("It is broken."))
    reporter.write(now=True)
    return Sources(
        workspace, Counts(), Statuses(), lambda: {201: 7, 507: 1}, LogQueue(workspace.queue), Timings(),
        Watchers(Gallery(Ring()), 5), Pulse(workspace),
    )


def _exposed(sources: Sources) -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels, in the order of the catalogue."""
    labels = {metric.exposed: metric.labels for metric in METRICS}
    return {
        (sample.name, *(sample.labels[name] for name in labels.get(sample.name, tuple(sample.labels)))): sample.value
        for family in text_string_to_metric_families(exposition(sources).decode()) for sample in family.samples
    }


def _see(counts: Counts, body: object, sender: str | None = "forum") -> None:
    raw = json.dumps(body).encode()
    counts.saw(_DOOR.accept(raw, namespace="baloo", sender=sender, via=HTTP), raw, None)


def test_every_metric_of_the_catalogue_is_exposed_and_no_other(sources: Sources) -> None:
    """The reference page, which is written from the catalogue, tells of each metric with its kind and labels."""
    _see(sources.counts, [_EVENT, {"test": "hello"}])
    sources.statuses.counts["pages", 200] += 1
    families = {f.name: f for f in text_string_to_metric_families(exposition(sources).decode())}

    ours = {name: family for name, family in families.items() if name.startswith("baloo")}
    assert list(ours) == [metric.name for metric in METRICS]
    for metric in METRICS:
        assert ours[metric.name].type == metric.kind
        assert ours[metric.name].documentation == metric.help
        assert {tuple(s.labels) for s in ours[metric.name].samples} <= {tuple(sorted(metric.labels)), ("le",)}
    assert "process_resident_memory_bytes" in families


def test_suppressed_events_are_counted_by_themselves(sources: Sources) -> None:
    """They came, and are neither accepted nor refused."""
    body = json.dumps([_EVENT]).encode()
    judged = _DOOR.accept(body, namespace="baloo", sender="forum", via=HTTP)
    sources.counts.saw(Verdict(judged.request, suppressed={("forum", "contribution"): 2}), body, None)
    found = _exposed(sources)

    assert found["baloo_events_received_total",] == 3
    assert found["baloo_events_accepted_total", "forum", "contribution"] == 1
    assert found["baloo_events_suppressed_total", "forum", "contribution"] == 2


def test_events_are_counted_by_what_they_are(sources: Sources) -> None:
    """Accepted ones by system and schema, refused ones by reason too; names that nobody declared are `unknown`."""
    _see(sources.counts, [_EVENT, _EVENT, {**_EVENT, "system": "nowhere.example.org"}])
    _see(sources.counts, {**_EVENT, "at": "31 February"})
    found = _exposed(sources)

    assert found["baloo_events_accepted_total", "forum", "contribution"] == 2
    assert found["baloo_events_quarantined_total", "unknown-system", "unknown", "contribution"] == 1
    assert found["baloo_events_quarantined_total", "bad-time", "forum", "contribution"] == 1
    assert (found["baloo_events_received_total",], found["baloo_door_requests_total",]) == (4, 2)
    assert "nowhere" not in exposition(sources).decode()


def test_the_other_figures_are_told(sources: Sources) -> None:
    """Answers by part and status, what the loader did, the lag, and how long the queue's transactions take."""
    sources.statuses.counts["live", 200] += 2
    for seconds in (0.0004, 0.004, 9.0):
        sources.commits.add(seconds)
    found = _exposed(sources)

    assert found["baloo_http_responses_total", "door", "507"] == 1
    assert found["baloo_http_responses_total", "live", "200"] == 2
    assert found["baloo_events_loaded_total", "kept", "forum", "contribution"] == 3
    assert found["baloo_events_loaded_total", "duplicate", "forum", "x"] == 1
    assert [found["baloo_queue_commit_seconds_bucket", le] for le in ("0.0005", "0.005", "5.0", "+Inf")] == [1, 2, 2, 3]
    assert found["baloo_queue_commit_seconds_sum",] == pytest.approx(9.0044)
    assert found["baloo_queue_rows",] == found["baloo_queue_age_seconds",] == 0
    assert found["baloo_refresh_seconds",] == 0.5
    assert [found["baloo_worker_stands_still", stage] for stage in ("loading", "counting")] == [0, 1]


def test_without_a_worker_its_figures_are_absent(sources: Sources) -> None:
    """What nobody knows is not told as 0."""
    (sources.workspace.root / "data" / "worker.json").unlink()
    found = _exposed(sources)

    assert ("baloo_loads_total",) not in found
    assert ("baloo_door_requests_total",) in found


@pytest.mark.parametrize(("path", "part"), [
    ("/", "pages"), ("/areas/x", "pages"), ("/api/v1/active", "api"), ("/data/contributor/a.json", "api"), ("/health", "watch"),
    ("/static/a.css", "static"), ("/live/rows", "live"), ("/made-up-" + "x" * 99, "pages"), ("", "pages"),
])
def test_answers_are_counted_by_few_parts(path: str, part: str) -> None:
    """Whatever is asked for, there are six parts and no more."""
    statuses = Statuses()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})

    async def send(_: Any) -> None:
        """Take it."""

    asyncio.run(statuses.counting(app)({"type": "http", "path": path}, None, send))  # type: ignore[arg-type,typeddict-item]

    assert statuses.counts == {(part, 404): 1}


def _ask(sources: Sources, token: str, client: str, **headers: str) -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app=Litestar(routes(sources, token), openapi_config=None), client=(client, 1))  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://h") as asking:
            return await asking.get("/metrics", headers={name.replace("_", "-"): value for name, value in headers.items()})

    return asyncio.run(asked())


@pytest.mark.parametrize(("token", "client", "headers", "status"), [
    ("", "127.0.0.1", {}, 200), ("", "::1", {}, 200), ("", "192.0.2.7", {}, 403),
    ("", "127.0.0.1", {"x_forwarded_for": "192.0.2.7"}, 403), ("", "127.0.0.1", {"forwarded": "for=192.0.2.7"}, 403),
    ("s3cret", "192.0.2.7", {"authorization": "Bearer s3cret"}, 200), ("s3cret", "127.0.0.1", {}, 403),
    ("s3cret", "127.0.0.1", {"authorization": "Bearer s3cre"}, 403),
])
def test_metrics_are_shown_to_few(sources: Sources, token: str, client: str, headers: dict[str, str], status: int) -> None:
    """Without a token to this machine alone, and not through a proxy; with one to whoever shows it."""
    answer = _ask(sources, token, client, **headers)

    assert answer.status_code == status
    types = {200: "text/plain; version=0.0.4; charset=utf-8", 403: "application/problem+json"}
    assert answer.headers["content-type"] == types[status]
    assert "s3cret" not in answer.text


class _Entry:
    """A door that keeps what it is given in a list."""

    def __init__(self, registry: Callable[[], Any]) -> None:
        self.door = Door(registry, _CLOCK, load_settings(Path("none.toml"), {}))
        self.kept: list[Verdict] = []

    async def keep(self, verdict: Verdict) -> None:
        """Keep it."""
        self.kept.append(verdict)


def test_a_heartbeat_is_a_request_that_holds_nothing() -> None:
    """It is judged as any event, and what goes to the queue has no event, no refusal and no void."""
    entry = _Entry(pretend.registry)
    asyncio.run(Heartbeat(entry, 60).beat())

    (verdict,) = entry.kept
    request = verdict.request
    assert (request.via, request.events, request.refusals, request.voids) == (HEARTBEAT, (), (), ())
    assert abs(request.received / 1e6 - time.time()) < 3600


def test_a_door_that_cannot_judge_sends_no_heartbeat() -> None:
    """Where the registry is broken no event can be taken in, and the heartbeat's age says so: the next is tried in time."""
    def broken() -> Any:
        raise RegistryError([Wrong("community.yaml", 1, "", "It is broken.")])

    entry = _Entry(broken)

    async def some() -> None:
        running = asyncio.create_task(Heartbeat(entry, 0.001).run())
        await asyncio.sleep(0.02)
        assert not running.done()
        running.cancel()

    asyncio.run(some())

    assert entry.kept == []


def test_a_door_that_judges_wrongly_sends_no_heartbeat() -> None:
    """A verdict that is not the one refusal that is right is an error, and nothing is put on disk."""
    entry = _Entry(pretend.registry)
    entry.door = SimpleNamespace(accept=lambda *_, **__: SimpleNamespace(refusals=()))  # type: ignore[assignment]

    with pytest.raises(BalooError, match="does not judge"):
        asyncio.run(Heartbeat(entry, 60).beat())
    assert entry.kept == []


def test_heartbeats_can_be_switched_off(sources: Sources) -> None:
    """With the setting at 0 none is sent, and none is missed."""
    entry = _Entry(pretend.registry)
    asyncio.run(Heartbeat(entry, 0).run())
    off = Workspace(sources.workspace.root, Settings({**sources.workspace.settings.values, "heartbeat_seconds": 0}))

    assert entry.kept == []
    assert Pulse(off).age() is None
    assert not Pulse(off).late(None)


def test_the_pulse_is_that_of_the_last_stage(sources: Sources, tmp_path: Path) -> None:
    """Its age begins where the last heartbeat in the lake was sent, and where there is none, where this process began."""
    begun = Pulse(sources.workspace)
    fresh = Pulse(Workspace.init(tmp_path / "new"))

    age, new = begun.age(), fresh.age()
    assert age is not None
    assert new is not None
    assert begun.late(age)
    assert age > 1_000_000_000
    assert not fresh.late(new)
