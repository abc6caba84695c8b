"""The way to the provider and back: bound to one browser, good once and for a while, whatever the provider would say."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from baloo.access.flow import Flow
from baloo.access.sessions import Member, Sessions
from baloo.errors import Forbidden
from baloo.records import Records


class Provider:
    """One that vouches for everybody, and notes what it is asked with."""

    issuer, client, scope = "https://id.example.org", "baloo", "openid"

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str, str]] = []

    def told(self, name: str) -> str:
        """Its address."""
        return f"{self.issuer}/{name}"

    def member(self, code: str, verifier: str, nonce: str, back: str) -> Member:
        """Whoever it is."""
        self.asked.append((code, verifier, nonce, back))
        return Member("u-1", (), "kept")


def test_a_way_is_good_once_and_for_its_browser(tmp_path: Path) -> None:
    """Walked once it opens a session; twice, late, with another's state, from another issuer or without a code it asks nobody."""
    records, provider = Records.open(tmp_path / "records.sqlite"), Provider()
    flow, sessions = Flow(records, provider), Sessions(records)  # type: ignore[arg-type]
    way, other = flow.way(now=0), flow.way(now=0)
    late = flow.seconds * 1_000_000
    refused = [
        ("", {"code": "c", "state": way.state}, 1), (way.text + "x", {"code": "c", "state": way.state}, 1),
        (other.text, {"code": "c", "state": way.state}, 1), (other.text, {"code": "c", "state": other.state}, late),
        (other.text, {"code": "c"}, 1), (flow.way(now=0).text, {"code": "c", "state": ""}, 1),
    ]
    ours = {"code": "c", "state": way.state}
    try:
        for text, said, now in refused:
            with pytest.raises(Forbidden):
                flow.finish(sessions, text, said, "back", now=now)
        cookie, _ = flow.finish(sessions, way.text, ours, "back", now=late - 1)
        with pytest.raises(Forbidden, match="used"):
            flow.finish(sessions, way.text, ours, "back", now=1)
        for more in ({"iss": "https://other.example.org", "code": "c"}, {"error": "access_denied"}):
            fresh = flow.way(now=0)
            with pytest.raises(Forbidden):
                flow.finish(sessions, fresh.text, {"state": fresh.state, **more}, "back", now=1)

        assert provider.asked == [("c", way.verifier, way.nonce, "back")]
        assert sessions.caller(cookie, now=1).may("contributor")
    finally:
        records.close()


def test_the_provider_sees_a_hash_of_the_verifier(tmp_path: Path) -> None:
    """The address has state, nonce and challenge, by S256; neither the verifier nor what the browser keeps."""
    records = Records.open(tmp_path / "records.sqlite")
    flow = Flow(records, Provider())  # type: ignore[arg-type]
    way = flow.way(now=0)
    records.close()
    address = flow.begin(way, "https://baloo.example.org/sign-in/back")
    asked = {name: value[0] for name, value in parse_qs(urlsplit(address).query).items()}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(way.verifier.encode()).digest()).rstrip(b"=").decode()

    assert asked == {
        "response_type": "code", "client_id": "baloo", "scope": "openid",
        "redirect_uri": "https://baloo.example.org/sign-in/back",
        "state": way.state, "nonce": way.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
    }
    assert len({way.state, way.nonce, way.verifier, way.seed}) == 4
    assert way.verifier not in address
    assert way.seed not in address


def test_a_member_is_called_the_same_and_by_nobody_else(tmp_path: Path) -> None:
    """The audit's name of a member stays; another workspace, or another provider's member of that subject, has another one."""
    here, there = Records.open(tmp_path / "a.sqlite"), Records.open(tmp_path / "b.sqlite")
    other = Provider()
    other.issuer = "https://other.example.org"
    names = []
    for records, provider in ((here, Provider()), (here, Provider()), (there, Provider()), (here, other)):
        flow, sessions = Flow(records, provider), Sessions(records)  # type: ignore[arg-type]
        way = flow.way(now=0)
        cookie, _ = flow.finish(sessions, way.text, {"code": "c", "state": way.state}, "back", now=1)
        names.append(sessions.caller(cookie, now=1).who)
    here.close()
    there.close()

    assert names[0] == names[1]
    assert len(set(names)) == 3


def test_who_signs_in_again_leaves_the_session_of_before(tmp_path: Path) -> None:
    """The session that a browser came with is over when the provider has led it to a new one."""
    records = Records.open(tmp_path / "records.sqlite")
    flow, sessions, cookie = Flow(records, Provider()), Sessions(records), ""  # type: ignore[arg-type]
    cookies = []
    for _ in range(2):
        way = flow.way(now=0)
        cookie, _ = flow.finish(sessions, way.text, {"code": "c", "state": way.state}, "back", now=1, before=cookie)
        cookies.append(cookie)
    known = [sessions.caller(one, now=1).may("contributor") for one in cookies]
    records.close()

    assert known == [False, True]
