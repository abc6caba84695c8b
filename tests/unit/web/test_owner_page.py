"""What whoever looks after a system sees of it, and what an analyst is told that others are not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

import pretend
from asking import Ask, asking
from baloo.access.links import entry_link
from baloo.access.roles import Grant
from baloo.ingest.quarantine import Quarantine
from baloo.ingest.systems import Systems
from baloo.people.resolver import Actor
from baloo.queue.base import Refusal
from baloo.queue.log import LogQueue
from baloo.records import runs
from baloo.records.audit import noted
from baloo.web.pages.owned import routes
from baloo.web.people.parts import Parts
from baloo.workspace import Workspace
from persons import NOON, persons_parts, seen, signing_in

_FORM = {"content_type": "application/x-www-form-urlencoded"}
MINE, OTHER, NOBODYS = sorted(pretend.registry().systems)[:3]


class Member:
    """A browser in which somebody has signed in."""

    def __init__(self, ask: Ask, parts: Parts, role: str, place: str = "") -> None:
        self.ask = ask
        link = entry_link(parts.records, Grant(role, place), who="operator tove", now=NOON)
        sent = ask("/sign-in/link", "POST", f"link={link}".encode(), **_FORM)
        self.cookie = sent.headers["set-cookie"].split(";")[0]

    def get(self, path: str) -> httpx.Response:
        """Open a page."""
        return self.ask(path, cookie=self.cookie)

    def say(self, answer: str, system: str = MINE) -> httpx.Response:
        """Send the form of a system's page, with what forms of this session carry."""
        nonce = re.search(r'name="form" value="([^"]+)"', self.get("/sign-in").text)
        body = urlencode({"form": nonce[1] if nonce else "", "answer": answer}).encode()
        return self.ask(f"/systems/{system}/own", "POST", body, cookie=self.cookie, **_FORM)


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Parts]:
    """Records in which one event of each of two systems waits, and both were read; a third has no owner."""
    known = pretend.registry()
    systems = {name: replace(one, owner=None if name == NOBODYS else "tove@example.org") for name, one in known.systems.items()}
    monkeypatch.setattr(pretend, "registry", lambda: replace(known, systems=systems))
    with persons_parts(tmp_path) as made:
        for n, system in enumerate((MINE, OTHER)):
            refusal = Refusal(0, None, system, None, f"/extra/{system}", "not-in-schema", f"Refused of {system}.", b"{}")
            Quarantine(made.records).keep(n, NOON, "baloo", system, [refusal])
            run = runs.begin(made.records, system, "kitsune", "hand", NOON)
            runs.end(made.records, run, "failed", NOON + 1_000_000, {}, f"{system} went away")
        yield replace(made, workspace=Workspace.init(tmp_path / "w"))


@pytest.fixture
def ask(parts: Parts) -> Iterator[Ask]:
    """Ask Marula's site, with the gate before it."""
    gate, entry = signing_in(parts)
    with asking(parts.site, more=[*routes(parts), *entry], gate=gate) as found:
        yield found


def test_an_owner_sees_their_own_system(parts: Parts, ask: Ask) -> None:
    """What was refused and how it was read, of their system alone; the page of signing in leads there."""
    owner = Member(ask, parts, "owner", f"system:{MINE}")
    mine, other = owner.get(f"/systems/{MINE}/own"), owner.get(f"/systems/{OTHER}/own")

    assert (mine.status_code, other.status_code, owner.get("/systems/nothing/own").status_code) == (200, 403, 404)
    assert f"Refused of {MINE}." in mine.text
    assert f"{MINE} went away" in mine.text
    assert f"Refused of {OTHER}." not in mine.text + other.text
    assert f'href="/systems/{MINE}/own"' in owner.get("/sign-in").text
    assert mine.headers["cache-control"] == "no-store"


def test_an_owner_lets_their_system_in(parts: Parts, ask: Ask) -> None:
    """Not before something of it was accepted; then with audit, and back; not another's system, nor one without an owner."""
    owner = Member(ask, parts, "owner", f"system:{MINE}")
    early = owner.say("promote").status_code
    seen(parts.records, Actor(MINE, "ama"), Actor(OTHER, "ama"))
    done = owner.say("promote")
    stands = Systems.promoted(parts.records, MINE)

    assert (early, done.status_code, done.headers["location"], stands) == (400, 303, f"/systems/{MINE}/own?said=promoted", True)
    assert ("operator tove", "system promoted", MINE) in [(one.who, one.what, one.detail) for one in noted(parts.records)]
    assert [owner.say("promote", OTHER).status_code, owner.say("maybe").status_code] == [403, 400]
    assert Member(ask, parts, "admin").say("promote", NOBODYS).status_code == 400
    assert not Systems.promoted(parts.records, OTHER)
    assert owner.say("demote").headers["location"].endswith("?said=demoted")
    assert not Systems.promoted(parts.records, MINE)


def test_an_owner_replays_what_was_refused(parts: Parts, ask: Ask) -> None:
    """What waits of their system goes through the door once, whatever how often they press; another's waits on; it is noted."""
    kind = min(parts.site.registry().systems[MINE].kinds)
    event = {"schema": "contribution", "version": 1, "at": "2026-11-01T00:00:00Z", "system": MINE, "kind": kind,
             "actor": {"account": "17"}}
    mended = Refusal(0, None, MINE, None, "/kind", "unknown-kind", "Was unknown.", json.dumps(event).encode())
    Quarantine(parts.records).keep(7, NOON, "baloo", MINE, [mended])
    owner = Member(ask, parts, "owner", f"system:{MINE}")
    said = [owner.say("replay").headers["location"].partition("?")[2] for _ in range(2)]
    assert parts.workspace is not None
    with closing(LogQueue(parts.workspace.queue)) as queue:
        rows = queue.read(0, 100)

    assert said == ["said=replayed&done=1&again=1", "said=replayed&done=0&again=0"]
    assert len(rows) == 1
    assert {(one.system, one.count) for one in Quarantine(parts.records).groups()} == {(None, 1), (OTHER, 1)}  # `{}` names none
    assert owner.say("replay", OTHER).status_code == 403
    assert ("operator tove", "quarantine replayed", "1 accepted, 1 refused again") in [
        (one.who, one.what, one.detail) for one in noted(parts.records)]
    assert "One event was accepted now" in owner.get(f"/systems/{MINE}/own?{said[0]}").text


@pytest.mark.parametrize("role", ["steward", "analyst", "logger"])
def test_who_owns_nothing_lets_nothing_in(parts: Parts, ask: Ask, role: str) -> None:
    """A steward, an analyst and a logger do not see the page; an admin sees each."""
    member = Member(ask, parts, role, "area:support" if role == "logger" else "")

    assert (member.get(f"/systems/{MINE}/own").status_code, member.say("promote").status_code) == (403, 403)
    assert Member(ask, parts, "admin").get(f"/systems/{OTHER}/own").status_code == 200
