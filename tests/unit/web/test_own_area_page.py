"""What whoever looks after an area sees of it, and the tokens that they make for its programs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from asking import Ask, asking
from baloo.access.programs import Programs
from baloo.access.roles import Grant
from baloo.access.sessions import Sessions
from baloo.ingest.quarantine import Quarantine
from baloo.queue.base import Refusal
from baloo.records.audit import noted
from baloo.registry.model import Membership
from baloo.web.pages.own_area import routes
from baloo.web.signin.gate import COOKIE, Gate
from byhand import ByHand, writing


@dataclass
class Owners:
    """A house, its pages, and who is signed in."""

    house: ByHand
    ask: Ask
    sessions: Sessions
    programs: Programs
    now: int

    def enter(self, *grants: Grant) -> tuple[str, str]:
        """The cookie of somebody with a role, and what forms of the session carry."""
        cookie = self.sessions.begin("member 7", grants, how="link", now=self.now)
        return f"{COOKIE}={cookie}", self.sessions.caller(cookie, now=self.now).nonce

    def get(self, who: tuple[str, str], area: str = "words") -> httpx.Response:
        """Open an area's page."""
        return self.ask(f"/own/{area}", cookie=who[0])

    def post(self, who: tuple[str, str], area: str = "words", **fields: str) -> httpx.Response:
        """Send a form of an area's page."""
        body = urlencode({"form": who[1], **fields}).encode()
        return self.ask(f"/own/{area}", "POST", body, content_type="application/x-www-form-urlencoded", cookie=who[0])


@pytest.fixture
def owners(tmp_path: Path) -> Iterator[Owners]:
    """Marula: Words is fed by the forum, of which an event was refused, and logged for by hand, by a group; Legal by nobody."""
    house = ByHand(tmp_path / "w")
    house.registry = replace(house.registry, may=(Membership("translators", "logger", "area:words"),))
    parts, sessions, _ = writing(house)
    refused = Refusal(0, None, "forum", None, "/at", "bad-time", "No time.", b"{}")
    Quarantine(parts.records).keep(1, 1, "baloo", "forum", [refused])
    with asking(parts.site, more=routes(parts), gate=Gate(house.clock, sessions)) as ask:
        yield Owners(house, ask, sessions, Programs(parts.records, parts.now), parts.now())
    house.close()


def test_an_owner_sees_what_concerns_their_area(owners: Owners):
    """What feeds it and what of that was refused, who may log and who did; not to who owns another area, or a system alone."""
    owner = owners.enter(Grant("owner", "area:words"))
    found, legal = owners.get(owner), owners.get(owners.enter(Grant("owner", "area:legal")), "legal")
    closed = [owners.get(owners.enter(grant)).status_code for grant in (
        Grant("owner", "area:legal"), Grant("owner", "system:forum"), Grant("logger", "area:words"), Grant("steward"))]

    assert (found.status_code, legal.status_code, owners.get(owner, "nothing").status_code) == (200, 200, 404)
    assert closed == [403] * 4
    assert "The forum" in found.text
    assert re.search(r'class="num full"><span class="then">Refused, and waiting </span>1<', found.text)
    assert "translators</dt><dd>" in found.text
    assert "The forum" not in legal.text
    assert found.headers["cache-control"] == "no-store"


def test_an_owner_makes_a_token_and_ends_it(owners: Owners):
    """It is shown once, logs for the area, stands in the audit with who made it, and can be ended by its owners alone."""
    owner, other = owners.enter(Grant("owner", "area:words")), owners.enter(Grant("owner", "area:legal"))
    made = owners.post(owner, answer="make", name="night-desk")
    secret = re.search(r"baloo_log_[\w-]{43}", made.text)
    assert secret is not None
    caller = owners.programs.caller(secret[0])
    again = owners.get(owner)
    wrong = [owners.post(owner, answer="make", name="Front desk"), owners.post(other, answer="make", name="mine"),
             owners.post(other, "legal", answer="revoke", token="1"), owners.post(owner, answer="perhaps")]
    gone = owners.post(owner, answer="revoke", token="1")

    assert (caller.who, caller.grants) == ("log token 1", (Grant("logger", "area:words"),))
    assert "night-desk" in again.text
    assert secret[0] not in again.text
    assert [one.status_code for one in wrong] == [400, 403, 400, 400]
    assert (gone.status_code, gone.headers["location"]) == (303, "/own/words?said=revoked")
    assert "night-desk" not in owners.get(owner).text
    assert [(one.who, one.what, one.detail) for one in noted(owners.house.book.records) if "token" in one.what] == [
        ("member 7", "token revoked", "log token 1"), ("member 7", "token made", "log token 1, night-desk, of words")]
