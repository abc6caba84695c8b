"""The provider as it may be: with new keys, another name, words without end, or no words at all."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from baloo.access.provider import Provider, _read
from baloo.clock import FixedClock
from baloo.errors import Busy, Forbidden, InputError

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
KEYS = {name: RSAKey.generate_key(2048, {"kid": name}, private=True) for name in ("old", "new", "strange")}


class Stub:
    """A provider on this machine whose answers a test sets. `asked` are the paths, `sent` the last form and its headers."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.sent: tuple[str, dict[str, str]] = ("", {})
        self.keys = [KEYS["old"]]
        self.signs = KEYS["old"]
        self.claims: dict[str, Any] = {}
        self.answers: dict[str, Callable[[], tuple[int, Any]]] = {}
        self.told: dict[str, Any] = {}
        stub = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
                stub.asked.append(self.path)
                stub.sent = (body, {name.lower(): value for name, value in self.headers.items()})
                status, said = stub.answer(self.path)
                if not status:  # it says nothing
                    return
                self.send_response(status)
                if 300 <= status < 400:
                    self.send_header("location", said)
                    said = ""
                self.end_headers()
                self.wfile.write(said if isinstance(said, bytes) else json.dumps(said).encode())

            do_GET = do_POST = _answer  # noqa: N815 - as the library calls them

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def answer(self, path: str) -> tuple[int, Any]:
        """Status and body at a path."""
        if path in self.answers:
            return self.answers[path]()
        seconds = int(NOW.timestamp())
        claims = {"iss": self.issuer, "aud": "baloo", "sub": "u-1", "exp": seconds + 60, "iat": seconds, "nonce": "n"}
        named = {"kid": self.signs.kid} if self.signs.kid else {}
        signed = jwt.encode({"alg": "RS256", **named}, claims | self.claims, self.signs)
        return 200, {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/go", "token_endpoint": f"{self.issuer}/token",
                "userinfo_endpoint": f"{self.issuer}/who", "jwks_uri": f"{self.issuer}/keys", **self.told,
            },
            "/keys": {"keys": [key.as_dict(private=False) for key in self.keys]},
            "/token": {"access_token": "a", "id_token": signed},
            "/who": {"sub": "u-1", "groups": ["reps", "choir", 7, ""]},
        }[path]

    def provider(self, **more: Any) -> Provider:
        """The provider, as settings would name it."""
        named = {"secret": "a b+c", "groups": "groups", "scopes": ("groups",)} | more
        return Provider(self.issuer, "baloo", clock=FixedClock(NOW), **named)


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A provider that answers well until a test says otherwise."""
    made = Stub()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_who_a_code_is_for(stub: Stub):
    """Subject and groups; the client proves itself in a header, and the code's verifier goes along."""
    member = stub.provider(groups="groups").member("c", "v", "n", "http://here/back")
    stub.provider().member("c", "v", "n", "http://here/back")

    assert (member.subject, member.groups) == ("u-1", ("choir", "reps"))
    assert stub.asked.count("/token") == 2


@pytest.mark.parametrize(("ways", "secret", "header"), [
    (["client_secret_basic"], "a b+c", True), (["client_secret_post"], "a b+c", False), (None, "a b+c", True), (None, "", False),
])
def test_the_client_proves_itself_as_the_provider_wants(stub: Stub, ways: list[str] | None, secret: str, header: bool):
    """With a header where that is taken, with fields where it is not, and with its name alone where it has no secret."""
    stub.told = {"token_endpoint_auth_methods_supported": ways} if ways else {}
    stub.told["userinfo_endpoint"] = None
    stub.provider(secret=secret).member("c", "v", "n", "http://here/back")
    body, headers = stub.sent

    told = headers.get("authorization", "").removeprefix("Basic ")
    assert base64.b64decode(told) == (b"baloo:a+b%2Bc" if header else b"")
    assert ("client_secret=a+b%2Bc" in body) == (not header and bool(secret))
    assert "code_verifier=v" in body


def test_a_new_key_is_looked_for_once_a_minute(stub: Stub):
    """A token under a key that is not known has the keys fetched anew; another such one within the minute does not."""
    provider = stub.provider()
    provider.member("c", "v", "n", "b")
    stub.keys, stub.signs = [KEYS["old"], KEYS["new"]], KEYS["new"]
    provider.member("c", "v", "n", "b")
    fetched = stub.asked.count("/keys")
    stub.signs = KEYS["strange"]
    for _ in range(3):
        with pytest.raises(Forbidden):
            provider.member("c", "v", "n", "b")

    assert fetched == 2
    assert stub.asked.count("/keys") == 2


@pytest.mark.parametrize("kid", ["one", None])
def test_a_key_may_take_another_s_place(stub: Stub, kid: str | None):
    """Under the same id, or without any: what the new key signed holds at once, and who is signed in stays so."""
    named = {"kid": kid} if kid else None
    old, new = (RSAKey.generate_key(2048, named, private=True) for _ in range(2))
    stub.keys, stub.signs = [old], old
    provider = stub.provider()
    kept = provider.member("c", "v", "n", "b").kept
    stub.keys, stub.signs = [new], new

    assert provider.member("c", "v", "n", "b").subject == provider.again(kept).subject == "u-1"


@pytest.mark.parametrize("claims", [{"nonce": "x"}, {"iss": "https://other.example.org"}, {"aud": "x"}, {"exp": 1}])
def test_what_is_signed_for_another_is_refused(stub: Stub, claims: dict[str, Any]):
    """What the provider signed is held to what was asked."""
    stub.claims = claims
    with pytest.raises(Forbidden):
        stub.provider().member("c", "v", "n", "b")


@pytest.mark.parametrize(("said", "groups"), [
    ("reps", ("reps",)), (["reps", "reps"], ("reps",)), (None, ()), (7, ()), ({}, ()), ([["reps"], {"reps": 1}, True], ()),
    ({"reps": {"1": "example.org"}, "admins": None, "choir": False}, ("reps",)), ("reps, admins", ("reps, admins",)),
    ([" Reps", "reps "], (" Reps", "reps ")),
])
def test_groups_come_as_a_list_as_one_text_or_as_a_map(stub: Stub, said: object, groups: tuple[str, ...]):
    """What the provider tells besides the token goes before what stands in it, to the letter; what are no groups are none."""
    stub.claims = {"groups": ["admins"]}
    stub.answers["/who"] = lambda: (200, {"sub": "u-1", "groups": said})

    assert stub.provider().member("c", "v", "n", "b").groups == groups


@pytest.mark.parametrize(("claim", "groups"), [
    ("realm_access.roles", ("reps",)), ("https://x.example/roles", ("choir",)), ("realm_access.none", ()), ("a.b.c", ()),
])
def test_groups_may_stand_within_a_claim(stub: Stub, claim: str, groups: tuple[str, ...]):
    """Dots lead into a claim, unless there is one of the very name."""
    more = {"realm_access": {"roles": ["reps"]}, "https://x.example/roles": ["choir"], "a": ["b"]}
    stub.answers["/who"] = lambda: (200, {"sub": "u-1", **more})

    assert stub.provider(groups=claim).member("c", "v", "n", "b").groups == groups


@pytest.mark.parametrize(("signed", "told", "address"), [
    ({"email": "ama@example.org", "email_verified": True}, {}, "ama@example.org"),
    ({"email": "ama@example.org", "email_verified": True}, {"email": "tove@example.org"}, ""),
    ({"email_verified": True}, {"email": "tove@example.org"}, ""),
    ({"email": "ama@example.org"}, {"email_verified": True}, ""),
    ({}, {"email": "tove@example.org", "email_verified": "true"}, ""), ({}, {"email": ["x"], "email_verified": True}, ""),
    ({"email": "ama@example.org"}, {"email": "tove@example.org", "email_verified": True}, "tove@example.org"),
])
def test_an_address_is_verified_by_who_tells_it(stub: Stub, signed: dict[str, Any], told: dict[str, Any], address: str):
    """That the token's address was verified says nothing of another one that the provider tells besides, nor the reverse."""
    stub.claims = signed
    stub.answers["/who"] = lambda: (200, {"sub": "u-1", **told})

    assert stub.provider().member("c", "v", "n", "b").address == address


def test_another_s_groups_are_not_taken(stub: Stub):
    """Where the provider tells of somebody else than it signed for, nobody is signed in; nor when it is asked again."""
    provider = stub.provider()
    member = provider.member("c", "v", "n", "b")
    stub.answers["/who"] = lambda: (200, {"sub": "u-2", "groups": ["admins"]})

    with pytest.raises(Forbidden):
        provider.member("c", "v", "n", "b")
    with pytest.raises(Forbidden):
        provider.again(member.kept)


def test_another_provider_does_not_vouch(stub: Stub):
    """What was kept of one provider's member says nothing to another provider."""
    kept = stub.provider().member("c", "v", "n", "b").kept
    with pytest.raises(Forbidden, match="Another provider"):
        stub.provider().again(kept.replace(stub.issuer, "http://127.0.0.1:1"))


@pytest.mark.parametrize(("answer", "error"), [
    ((400, {"error": "invalid_grant"}), Forbidden), ((401, {}), Forbidden), ((429, {}), Busy), ((500, {}), Busy),
    ((503, {}), Busy), ((200, b"{"), Busy), ((200, []), Busy), ((200, b"[" + b" " * (1 << 20) + b"]"), Busy),
    ((302, "http://127.0.0.1:1/"), Busy), ((200, b"[" * 100_000), Busy), ((0, ""), Busy),
    ((200, {"access_token": "a"}), Forbidden),
])
def test_an_answer_that_is_none_opens_nothing(stub: Stub, answer: tuple[int, Any], error: type[Exception]):
    """A refusal is one; no JSON, no end, another place to ask, or a fault of the provider's is nothing that one may go by."""
    provider = stub.provider()
    provider.told("token_endpoint")
    stub.answers["/token"] = lambda: answer
    with pytest.raises(error):
        provider.member("c", "v", "n", "b")


def test_nothing_is_followed_elsewhere(stub: Stub):
    """What is meant for the provider is not sent where it points to, though a good answer stands there."""
    good = stub.answer("/token")
    stub.answers |= {"/token": lambda: (302, f"{stub.issuer}/elsewhere"), "/elsewhere": lambda: good}
    with pytest.raises(Busy):
        stub.provider().member("c", "v", "n", "b")

    assert "/elsewhere" not in stub.asked


def test_an_answer_without_end_is_none(stub: Stub):
    """A good answer of more than a megabyte is not taken."""
    padded = json.dumps(stub.answer("/token")[1]).encode() + b" " * (1 << 20)
    stub.answers["/token"] = lambda: (200, padded)
    with pytest.raises(Busy):
        stub.provider().member("c", "v", "n", "b")


def test_what_it_says_of_itself_is_asked_for_each_hour(stub: Stub, monkeypatch: pytest.MonkeyPatch):
    """Within the hour nothing is asked again; then what it is, and its keys, of which one may be withdrawn."""
    now, provider = [10_000.0], stub.provider()
    monkeypatch.setattr("baloo.access.provider.time.monotonic", lambda: now[0])
    provider.told("token_endpoint")
    now[0] += 3599
    provider.told("token_endpoint")
    asked = len(stub.asked)
    now[0] += 1
    stub.keys = [KEYS["new"]]

    assert asked == 2
    with pytest.raises(Forbidden):
        provider.member("c", "v", "n", "b")


def test_a_refresh_token_is_kept_until_there_is_another(stub: Stub):
    """Changed, the new one is sent, else the old; what the provider signs then is held to the member."""
    token, given = stub.answer("/token")[1]["id_token"], iter(["one", None, "two", None])
    stub.told = {"userinfo_endpoint": None}
    stub.answers["/token"] = lambda: (200, {"access_token": "a", "id_token": token, "refresh_token": next(given)})
    provider = stub.provider()
    kept, sent = provider.member("c", "v", "n", "b").kept, []
    for _ in range(3):
        kept = provider.again(kept).kept
        sent.append(stub.sent[0])
    del stub.answers["/token"]

    assert [f"refresh_token={one}" in form for one, form in zip(("one", "one", "two"), sent, strict=True)] == [True] * 3
    for claims in ({"sub": "u-2"}, {"aud": "another"}):
        stub.claims = claims
        with pytest.raises(Forbidden):
            provider.again(kept)


def test_a_provider_by_another_name_is_not_ours(stub: Stub):
    """What calls itself by another name than the settings is not asked."""
    stub.told = {"issuer": stub.issuer + "/other"}
    with pytest.raises(Forbidden, match="another name"):
        stub.provider().told("token_endpoint")


@pytest.mark.parametrize("address", ["http://id.example.org", "file:///etc/passwd", "ftp://127.0.0.1", "", "http://127.0.0.1.example.org"])
def test_a_provider_is_asked_over_https(address: str):
    """Over HTTP only this machine is asked, and over nothing else anybody."""
    with pytest.raises(InputError, match="HTTPS"):
        Provider(address, "baloo", "", "groups", (), FixedClock(NOW)).told("token_endpoint")


def test_a_provider_that_is_away_is_busy():
    """Where nobody answers, that is said as what may pass."""
    with pytest.raises(Busy):
        Provider("http://127.0.0.1:1", "baloo", "", "groups", (), FixedClock(NOW)).told("token_endpoint")


def test_the_secret_is_not_told(stub: Stub):
    """A provider in a log or an error does not tell its secret."""
    assert "a b+c" not in repr(stub.provider())


def test_who_kept_no_refresh_token_is_asked_for_after_a_restart(stub: Stub):
    """A provider that was not asked yet is asked who somebody is with what was kept, as one that was."""
    kept = stub.provider().member("c", "v", "n", "b").kept

    assert stub.provider().again(kept).groups == ("choir", "reps")
    stub.answers["/who"] = lambda: (401, {})
    with pytest.raises(Forbidden):
        stub.provider().again(kept)


def test_keys_that_did_not_come_are_asked_for_again(stub: Stub, monkeypatch: pytest.MonkeyPatch):
    """Where the provider says what it is and not its keys, nothing is taken for known; not on a machine that began just now."""
    provider = stub.provider()
    monkeypatch.setattr("baloo.access.provider.time.monotonic", lambda: 10.0)
    stub.answers["/keys"] = lambda: (503, {})
    with pytest.raises(Busy):
        provider.told("token_endpoint")
    del stub.answers["/keys"]

    assert provider.member("c", "v", "n", "b").subject == "u-1"


def test_a_silent_provider_is_left_alone_for_a_while(stub: Stub, monkeypatch: pytest.MonkeyPatch):
    """After somebody waited in vain nobody waits; some seconds later it is asked again."""
    now = [1000.0]
    monkeypatch.setattr("baloo.access.provider.time.monotonic", lambda: now[0])
    provider, place = stub.provider(), "/.well-known/openid-configuration"
    stub.answers[place] = lambda: (0, "")
    for _ in range(3):
        with pytest.raises(Busy):
            provider.told("token_endpoint")
    asked = list(stub.asked)
    del stub.answers[place]
    now[0] += 6

    assert asked == [place]
    assert provider.told("token_endpoint") == f"{stub.issuer}/token"


def test_an_answer_has_a_deadline(monkeypatch: pytest.MonkeyPatch):
    """One that comes drop by drop is not waited for, though each drop comes in time."""
    now = [1000.0]
    monkeypatch.setattr("baloo.access.provider.time.monotonic", lambda: now[0])

    class Slow:
        def read1(self, _: int) -> bytes:
            now[0] += 4
            return b" "

    with pytest.raises(TimeoutError):
        _read(Slow())  # type: ignore[arg-type]
