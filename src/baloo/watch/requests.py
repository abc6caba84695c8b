"""Integrations that people ask for: asked by anybody, shown when a steward has said yes, voted for once a browser."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import sqlalchemy as sa

from baloo.errors import InputError, UnknownName
from baloo.records.audit import note
from baloo.records.store import Records
from baloo.records.wishes import requests, votes
from baloo.workspace import write_whole

__all__ = [
    "VOLUMES", "Asked", "Request", "TooMany", "accept", "ask", "decline", "requested", "vote", "voted", "voter", "work_file",
]

VOLUMES = ("few", "some", "many")
"""How much happens there in a month: less than ten things, less than a thousand, more."""
_HOUR = 3_600_000_000  # microseconds
_ASKED = 20  # requests an hour, by all together
_VOTES = 300  # likewise
_WAITING = 200  # requests that wait for a yes
_TITLE, _URL, _GOAL = 100, 300, 1_000  # characters
_ADDRESS = re.compile(r"https?://[^\s@]+")


class TooMany(InputError):
    """More is asked than is taken in an hour."""

    slug = "too-many"
    status = 429


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for."""

    title: str
    goal: str
    volume: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """A request; `made` is microseconds since 1970."""

    id: int
    made: int
    title: str
    url: str
    goal: str
    volume: str
    state: Literal["waiting", "accepted", "declined"]
    votes: int

    @property
    def work(self) -> str:
        """The id of the work that it becomes in the registry."""
        return f"request-{self.id}"


def voter(records: Records, cookie: str) -> str:
    """What is kept of a browser: nothing leads back to its cookie without the workspace's secret."""
    return hmac.new(records.secret, f"voter {cookie}".encode(), hashlib.sha256).hexdigest()[:32]


def ask(records: Records, asked: Asked, *, now: int) -> int:
    """Take a request, which then waits for a steward; its id. Raises InputError for what cannot be read, and TooMany."""
    _check(asked)
    c = requests.c
    with records.engine.begin() as connection:
        lately = connection.scalar(sa.select(sa.func.count()).where(c.made > now - _HOUR)) or 0
        waiting = connection.scalar(sa.select(sa.func.count()).where(c.state == "waiting")) or 0
        if lately >= _ASKED or waiting >= _WAITING:
            raise TooMany("More was asked for than can be looked at.", remedy="Ask again in some hours.")
        return int(connection.scalar(sa.insert(requests).values(
            made=now, title=asked.title, url=asked.url, goal=asked.goal, volume=asked.volume, state="waiting",
        ).returning(c.id)) or 0)


def vote(records: Records, request: int, by: str, *, now: int) -> bool:
    """Count a voter's vote; False where it is counted already. Raises UnknownName for a request that is not shown; TooMany."""
    _one(records, request, "accepted")
    with records.engine.begin() as connection:
        lately = connection.scalar(sa.select(sa.func.count()).where(votes.c.made > now - _HOUR)) or 0
        if lately >= _VOTES:
            raise TooMany("More votes came in than are counted in an hour.", remedy="Vote again later.")
        known = connection.scalar(sa.select(votes.c.made).where(votes.c.request_id == request, votes.c.voter == by))
        if known is None:
            connection.execute(sa.insert(votes).values(request_id=request, voter=by, made=now))
        return known is None


def voted(records: Records, by: str) -> frozenset[int]:
    """The requests that a voter voted for."""
    with records.engine.connect().execution_options(writes=False) as connection:
        return frozenset(connection.scalars(sa.select(votes.c.request_id).where(votes.c.voter == by)))


def requested(records: Records, state: str | None = None, *, id_: int | None = None) -> Sequence[Request]:
    """Requests, those with most votes first, then the oldest; with a state or an id, those alone."""
    c, n = requests.c, sa.func.count(votes.c.voter)
    query = sa.select(c.id, c.made, c.title, c.url, c.goal, c.volume, c.state, n).outerjoin_from(
        requests, votes, votes.c.request_id == c.id).group_by(c.id).order_by(n.desc(), c.id)
    if state is not None:
        query = query.where(c.state == state)
    if id_ is not None:
        query = query.where(c.id == id_)
    with records.engine.connect().execution_options(writes=False) as connection:
        return [Request(*row) for row in connection.execute(query)]


def accept(records: Records, request: int, registry: Path, *, who: str, now: int, quarter: str | None = None) -> Path:
    """Say yes: from now on it is shown and voted for, and stands as work in the registry; the file.

    A file that is there already stays as it is. Raises UnknownName, and InputError for a quarter that is none, or is not written.
    """
    if quarter is not None and not re.fullmatch(r"\d{4}-Q[1-4]", quarter):
        raise InputError(f"`{quarter}` is not a quarter such as 2026-Q4.")
    found = _one(records, request, "waiting", "declined")
    lines = [f"work: {found.work}", f"title: {json.dumps(found.title, ensure_ascii=False)}", "state: open"]
    lines += [f"url: {json.dumps(found.url)}"] if found.url else []
    lines += [f"quarter: {quarter}"] if quarter else []
    file = work_file(registry, request)
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        write_whole(file, ("\n".join(lines) + "\n").encode())
    elif quarter:
        raise InputError("Its work stands there already.", where=str(file), remedy=f"Write `quarter: {quarter}` into it.")
    _say(records, request, "accepted", who, now)
    return file


def work_file(registry: Path, request: int) -> Path:
    """Where the work of a request stands after a yes."""
    return registry / "work" / f"request-{request}.yaml"


def decline(records: Records, request: int, *, who: str, now: int) -> None:
    """Say no: it is not shown, or no longer. Raises UnknownName."""
    _one(records, request, "waiting", "accepted")
    _say(records, request, "declined", who, now)


def _say(records: Records, request: int, state: str, who: str, now: int) -> None:
    with records.engine.begin() as connection:
        connection.execute(sa.update(requests).where(requests.c.id == request).values(state=state))
        note(connection, who, f"request {state}", str(request), now)


def _one(records: Records, request: int, *states: str) -> Request:
    for one in requested(records, id_=request):
        if one.state in states:
            return one
    raise UnknownName("request", str(request), (str(one.id) for one in requested(records) if one.state in states))


def _check(asked: Asked) -> None:
    for name, text, most in (("title", asked.title, _TITLE), ("goal", asked.goal, _GOAL)):
        if not text or len(text) > most:
            raise InputError(f"The {name} has 1 to {most:,} characters.")
        if not text.replace("\n", " ").replace("\r", " ").isprintable():
            raise InputError(f"The {name} has characters that cannot be shown.")
    if asked.url and (len(asked.url) > _URL or not asked.url.isprintable() or not _ADDRESS.fullmatch(asked.url)):
        raise InputError(f"The address begins with https:// or http:// and has at most {_URL} characters.")
    if asked.volume not in VOLUMES:
        raise InputError(f"How much happens there is one of {', '.join(VOLUMES)}.")
