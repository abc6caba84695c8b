"""The whole application of a workspace: door, pages, API and health side by side."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from baloo.clock import FixedClock
from baloo.web.app import make_app
from baloo.workspace import Workspace
from pretend import TODAY

_COMMUNITY = "community: marula\ntitle: Marula\nquestion: Are we a thousand yet?\ntarget: 1000\n"


def _asked(workspace: Workspace, *asked: tuple[str, str, bytes]) -> list[httpx.Response]:
    import datetime as dt  # noqa: PLC0415

    app = make_app(workspace, clock=FixedClock(dt.datetime.combine(TODAY, dt.time(12), dt.UTC)))

    async def all_of_them() -> list[httpx.Response]:
        messages: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        started = asyncio.Event()

        async def send(message: dict[str, str]) -> None:
            assert message["type"].endswith(".complete"), message
            started.set()

        life = asyncio.create_task(app({"type": "lifespan", "asgi": {}, "state": {}}, messages.get, send))  # type: ignore[arg-type,typeddict-item]
        messages.put_nowait({"type": "lifespan.startup"})
        await started.wait()
        transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url="http://marula.example") as client:
            answers = [await client.request(method, path, content=body) for method, path, body in asked]
        messages.put_nowait({"type": "lifespan.shutdown"})
        await life
        return answers

    return asyncio.run(all_of_them())


def test_each_address_has_its_own_part(tmp_path: Path) -> None:
    """The door takes its addresses, the pages theirs, and health answers; before the first count the home page says so."""
    workspace = Workspace.init(tmp_path / "w")
    (workspace.registry / "community.yaml").write_text(_COMMUNITY, "utf-8")

    door, home, feed, health, missing = _asked(
        workspace, ("POST", "/submit/baloo/", b'{"test": "hello"}'), ("GET", "/", b""),
        ("GET", "/data/contributor/all.json", b""), ("GET", "/health", b""), ("GET", "/nowhere", b""),
    )

    assert (door.status_code, home.status_code, health.status_code, missing.status_code) == (201, 200, 200, 404)
    assert "content-security-policy" not in door.headers
    assert "Nothing here yet." in home.text
    assert feed.headers["content-type"].startswith("application/")


def test_health_says_where_nothing_comes_through(tmp_path: Path) -> None:
    """Without a worker no heartbeat reaches the lake: as soon as that is late, health says `degraded`, and still answers 200."""
    workspace = Workspace.init(tmp_path / "w", settings="heartbeat_late_seconds = 0\n")
    (workspace.registry / "community.yaml").write_text(_COMMUNITY, "utf-8")

    (health,) = _asked(workspace, ("GET", "/health", b""))

    assert health.status_code == 200
    assert health.json()["status"] == "degraded"
    assert health.json()["problems"][0].startswith("No heartbeat has reached the lake for")


def test_a_registry_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """Where the registry cannot be read, pages say whom it concerns instead of failing blankly."""
    workspace = Workspace.init(tmp_path / "w")
    (workspace.registry / "community.yaml").write_text("community: [", "utf-8")

    (home, missing) = _asked(workspace, ("GET", "/", b""), ("GET", "/nowhere", b""))

    assert (home.status_code, missing.status_code) == (500, 500)
    assert "baloo check" in home.text
