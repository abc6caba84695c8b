"""Somebody's own page on a real server: what they prove by what they write, and how they go while no worker is there."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.functional.conftest import event
from tests.scanner import Scanner

from baloo.errors import Busy
from baloo.people.erase import pending
from baloo.records import Records
from baloo.workspace import Workspace
from served import World

AMA = {"account": "a-1042", "email": "ama@example.org", "name": "Ama Owusu"}
KITE = {"account": "red-kite"}
JUN = {"account": "j-7", "email": "jun@example.org", "name": "Jun Sato"}
TOVE = {"email": "tove@example.org", "name": "Tove"}
_things = count()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A server that knows what Ama, Jun, Tove and somebody called red-kite did."""
    found = World(tmp_path / "W")
    (tmp_path / "history").write_text("".join(json.dumps(did(who)) + "\n" for who in (AMA, KITE, JUN, TOVE)), "utf-8")
    found.baloo("import", "events", str(tmp_path / "history"))
    found.baloo("system", "promote", "code")
    (tmp_path / "history").unlink()
    found.start()
    yield found
    found.kill()


def did(who: dict[str, str], **more: Any) -> dict[str, Any]:
    """What somebody did."""
    return event("git.commit", "2024-05-01", who, **{"object": f"https://git.example.org/{next(_things)}"} | more)


def send(world: World, *events: dict[str, Any]) -> int:
    """Send events to the door; the status."""
    head = {"Authorization": f"Bearer {world.token}"}
    asked = urllib.request.Request(f"{world.url}/submit/baloo/", json.dumps(events).encode(), head, method="POST")
    with urllib.request.urlopen(asked, timeout=60) as answer:
        return int(answer.status)


class Visit:
    """A browser at `/me`, opened with the link to an address."""

    def __init__(self, world: World, browser: httpx.Client, address: str) -> None:
        self.browser = browser
        link = world.baloo("people", "link-me", address).partition("link=")[2].split()[0]
        assert self.browser.post("/me/open", data={"link": link}).status_code == 200

    def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form of the page."""
        form = re.search(r'name="form" value="([^"]+)"', self.browser.get("/me").text)
        assert form is not None
        return self.browser.post(path, data={"form": form[1], **fields})

    def claim(self, account: str) -> tuple[str, str]:
        """Claim an account: its number, and the code for it."""
        page = self.post("/me/claim", system="code", account=account).text
        number, code = re.search(r'name="claim" value="(\d+)"', page), re.search(r"baloo-claim-[a-z2-7]{16}", page)
        assert number is not None
        assert code is not None
        return number[1], code[0]


@pytest.fixture
def visit(world: World) -> Iterator[Callable[[str], Visit]]:
    """Opens the page of whom an address belongs to."""
    with contextlib.ExitStack() as opened:
        def open_(address: str) -> Visit:
            browser = httpx.Client(base_url=world.url, follow_redirects=True, timeout=60, headers={"origin": world.url})
            return Visit(world, opened.enter_context(browser), address)

        yield open_


def test_who_writes_the_code_by_an_account_has_it(world: World, visit: Callable[[str], Visit]) -> None:
    """Who makes the account repeat it, by the address or the title of a thing, has not; nor is a commit's address an account."""
    jun, ama = visit("jun@example.org"), visit("ama@example.org")
    claimed, lure = jun.claim("red-kite")
    send(world, did(KITE, object=f"https://git.example.org/{lure}/1"))
    world.baloo("refresh")
    by_address = jun.post("/me/check", claim=claimed).text
    send(world, did(JUN, extra={"title": lure}), did(KITE, extra={"title": f"Re: {lure}"}))
    world.baloo("refresh")
    by_title = jun.post("/me/check", claim=claimed).text
    commit = jun.post("/me/claim", system="code", account="tove@example.org")
    _, code = ama.claim("red-kite")
    early = ama.post("/me/check", claim=claimed).text
    send(world, did(KITE, extra={"text": f"It is me: {code}."}), did(JUN, at="2024-05-02T12:00:00Z", extra={"text": code}))
    world.baloo("refresh")
    proved = ama.post("/me/check", claim=claimed).text

    assert ["has not arrived yet" in page for page in (by_address, by_title, early, proved)] == [True, True, True, False]
    assert "Both are yours now" in proved
    assert commit.status_code == 400
    assert {one["account"] for one in ama.browser.get("/me/known.json").json()["identities"]} == {"a-1042", "red-kite"}
    assert {one["account"] for one in jun.browser.get("/me/known.json").json()["identities"]} == {"j-7"}


def test_who_asks_to_be_forgotten_while_no_worker_is_there_is_forgotten_when_one_comes(
    world: World, visit: Callable[[str], Visit], tmp_path: Path
) -> None:
    """The live page forgets them though nothing arrives, the door drops what is theirs, and the next worker needs no command."""
    ama, scanner = visit("ama@example.org"), Scanner(AMA.values())

    def live() -> str:
        return httpx.get(f"{world.url}/live", headers={"Authorization": f"Bearer {world.token}"}, timeout=60).text

    send(world, did(AMA), did(JUN))
    shown = [scanner.within(live())]
    with without_worker(world):
        answer = ama.post("/me/erase", sure="yes")
        closed = ama.browser.get("/me")
        wait_for(lambda: not scanner.within(live()))
        statuses = {send(world, did(AMA), did(JUN)) for _ in range(3)}
        waiting = len(to_be_erased(world))
    wait_for(lambda: not to_be_erased(world))
    shown.append(scanner.within(live()))
    world.kill()
    world.baloo("refresh")

    assert "You are being forgotten." in answer.text
    assert (closed.status_code, statuses, waiting) == (403, {201}, 1)
    assert shown == [{"a-1042", "ama owusu", "ama@example.org"}, set()]
    assert scanner.scan(tmp_path) == {}
    assert world.baloo("people", "export").count("\n") == 3  # the head, and Jun, Tove and red-kite
    assert sum(world.found().values()) == 7


@contextlib.contextmanager
def without_worker(world: World) -> Iterator[None]:
    """The door alone: the worker is killed, and no other comes while the block runs."""
    with contextlib.ExitStack() as held:
        def taken() -> bool:
            for stat in Path("/proc").glob("[0-9]*/cmdline"):
                with contextlib.suppress(OSError):
                    words = stat.read_bytes().split(b"\0")
                    if b"baloo.worker" in words and os.fsencode(world.root) in words:
                        os.kill(int(stat.parent.name), signal.SIGKILL)
            with contextlib.suppress(Busy):
                held.enter_context(Workspace.open(world.root).lock("lake", "a test"))
                return True
            return False

        wait_for(taken)
        yield


def to_be_erased(world: World) -> list[Any]:
    """The erasures that are not done."""
    records = Records.open(Workspace.open(world.root).records)
    try:
        return list(pending(records))
    finally:
        records.close()


def wait_for(come: Callable[[], object]) -> None:
    """Wait for something that ought to come."""
    give_up = time.monotonic() + 120
    while not come():
        assert time.monotonic() < give_up
        time.sleep(0.02)
