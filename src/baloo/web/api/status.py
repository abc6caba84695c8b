"""What there is, how fresh it is, and whether the process is well: `/scopes`, `/status`, `/health`, `/health/ready`."""

from __future__ import annotations

import datetime as dt
import shutil
from typing import Literal

import msgspec
from litestar import Response, get

from baloo.errors import BalooError
from baloo.metrics.answers import AnswersSource
from baloo.queue.base import Depth
from baloo.queue.log import LogQueue
from baloo.watch.heard import known_to
from baloo.watch.report import integration
from baloo.web.api.asked import Asked, Present, workspace_of
from baloo.web.api.replies import in_both_forms, reply
from baloo.web.api.shapes import Scopes, Status, SystemDays, Waiting
from baloo.web.monitor.heartbeat import Pulse
from baloo.worker.report import heard, read_report
from baloo.workspace import Workspace

__all__ = ["HANDLERS", "HEALTH", "Alive", "Ready"]

_LEAST_ROOM = 64 << 20  # bytes


class Alive(msgspec.Struct):
    """The process answers; it is `degraded` where what it takes in does not get through."""

    status: Literal["alive", "degraded"] = "alive"
    problems: list[str] = []
    heartbeat_age_seconds: float | None = None  # since one was last seen in the lake; None where none is sent


class Ready(msgspec.Struct):
    """Whether the service does its work. `problems` says in words why it is not ready."""

    ready: bool
    problems: list[str]
    queue_rows: int | None  # requests that wait to be loaded
    queue_age_seconds: float | None  # of the oldest of them
    counted_version: int | None  # None: nothing is counted yet
    counted_age_seconds: float | None  # since the last refresh that changed something
    disk_free_bytes: int
    disk_total_bytes: int


def scopes(request: Asked, answers: Present) -> Response[Scopes]:
    """The community, unclaimed, areas and the parts of splits, systems and organisations; and the views of the feed."""
    return reply(request, Scopes(answers.scopes(), answers.views(), answers.stamp))


@get("/status", sync_to_thread=True, summary="How fresh the numbers are")
def status(request: Asked) -> Response[Status]:
    """What was counted when, what waits, from when to when each system is known, what it only tried out, and how far it is."""
    source: AnswersSource = request.app.state.answers
    answers = source.current()
    names = sorted(answers.registry.systems)
    systems = [SystemDays(system, *answers.known_days(system), answers.staging(system)) for system in names]
    registry, workspace = answers.registry, workspace_of(request)
    known = known_to(answers, registry, heard(workspace, registry.systems))
    far = integration(registry, known, answers.today)
    return reply(request, Status(answers.stamp, Waiting(*_depth(workspace)), systems, far))


@get("/health", sync_to_thread=True, summary="Whether the process answers")
def health(request: Asked) -> Response[Alive]:
    """200 whatever else is the matter: `degraded` asks for a person, not for a restart; `problems` says in words why."""
    pulse: Pulse | None = getattr(request.app.state, "pulse", None)
    age = pulse.age() if pulse else None
    late = pulse is not None and pulse.late(age)
    problems = [*_troubles(workspace_of(request)).values(), *([Pulse.in_words(age or 0)] if late else [])]
    body = Alive("degraded" if problems else "alive", problems, age)
    return Response(body, headers={"cache-control": "no-store"})


@get("/health/ready", sync_to_thread=True, summary="Whether the service does its work")
def ready(request: Asked) -> Response[Ready]:
    """200 where events are taken in and loaded and numbers are given out, 503 where not; how much waits, and since when."""
    workspace, now = workspace_of(request), dt.datetime.now(dt.UTC)
    problems = [words for stage, words in _troubles(workspace).items() if stage == "loading"]
    depth = answers = None
    try:
        depth = _depth(workspace)
        answers = request.app.state.answers.current()
    except BalooError as error:
        if error.slug != "nothing-counted":
            problems.append(error.message)
    disk = shutil.disk_usage(workspace.root)
    if disk.free < _LEAST_ROOM:
        problems.append("There is almost no room left on the disk.")
    body = Ready(
        not problems, problems, depth.rows if depth else None,
        (now - depth.oldest).total_seconds() if depth and depth.oldest else None,
        answers.stamp.version if answers else None, (now - answers.stamp.refreshed).total_seconds() if answers else None,
        disk.free, disk.total,
    )
    return Response(body, status_code=503 if problems else 200, headers={"cache-control": "no-store"})


HANDLERS = [*in_both_forms(scopes, "What people are counted in"), status]
HEALTH = [health, ready]


def _troubles(workspace: Workspace) -> dict[str, str]:
    """Stages of the worker that stand still, and why."""
    report = read_report(workspace)
    return {stage: f"{stage.capitalize()} stands still: {words}" for stage, words in report.troubles.items()} if report else {}


def _depth(workspace: Workspace) -> Depth:
    if not workspace.queue.exists():
        return Depth(0, None)
    queue = LogQueue(workspace.queue, wait=1.0)
    try:
        return queue.depth()
    finally:
        queue.close()
