"""The way to the provider and back: OpenID Connect's code flow with PKCE, bound to one browser.

The browser keeps one text in a short-lived cookie. State, nonce and the code's verifier are made of it by hashing, each for
itself, so that nothing of a way stands in the records but, once it was walked, that it was. Who comes back without the cookie,
with another's, or a second time, is refused before the provider is asked anything.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from baloo.access.provider import Provider
from baloo.access.sessions import Sessions
from baloo.errors import Forbidden
from baloo.people.links import Signed, sign, use_up, verify, visit_by_address
from baloo.records.store import Records

__all__ = ["Entered", "Flow", "Way"]

_WAY = "way to the provider"
_AGAIN = "Sign in again."


@dataclass(frozen=True, slots=True)
class Way:
    """One way to the provider and back: `text` is what the browser keeps, `seed` is random."""

    text: str
    seed: str

    @property
    def state(self) -> str:
        """What the provider hands back with the code."""
        return _made(self.seed, "state")

    @property
    def nonce(self) -> str:
        """What the id token must repeat."""
        return _made(self.seed, "nonce")

    @property
    def verifier(self) -> str:
        """What proves to the provider that who brings the code is who asked for it."""
        return _made(self.seed, "verifier")


class Entered(NamedTuple):
    """The cookies of who came back: of the session, and of the visit to their own page, empty where nobody is known by theirs."""

    session: str
    visit: str


@dataclass(frozen=True)
class Flow:
    """The provider, with what signs the ways to it."""

    records: Records
    provider: Provider
    seconds: int = 10 * 60  # for which a way is good

    def way(self, *, now: int) -> Way:
        """A new way."""
        seed = secrets.token_urlsafe(32)
        return Way(sign(self.records, Signed(_WAY, 0, now + self.seconds * 1_000_000, seed)), seed)

    def begin(self, way: Way, back: str) -> str:
        """The provider's address to send the browser to. Raises Busy where the provider does not say how it is asked."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(way.verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code", "client_id": self.provider.client, "redirect_uri": back, "scope": self.provider.scope,
            "state": way.state, "nonce": way.nonce, "code_challenge": challenge, "code_challenge_method": "S256",
        }
        start = self.provider.told("authorization_endpoint")
        return f"{start}{'&' if '?' in start else '?'}{urlencode(asked)}"

    def finish(
        self, sessions: Sessions, text: str, said: Mapping[str, str], back: str, *, now: int, before: str = "",
    ) -> Entered:
        """Begin the session of who came back, and their visit; `said` is the query that they came with.

        Raises Forbidden where this browser did not begin this way, or the provider does not vouch; Busy where it does not answer.
        """
        signed = verify(self.records, text, _WAY, now)
        way = Way(text, signed.nonce)
        if not hmac.compare_digest(said.get("state", "").encode(), way.state.encode()):
            raise Forbidden("This is not the answer to what this browser asked.", remedy=_AGAIN)
        with self.records.engine.begin() as connection:
            use_up(connection, signed, now)
        if said.get("iss", self.provider.issuer) != self.provider.issuer:
            raise Forbidden("Another provider answered.", remedy=_AGAIN)
        if "code" not in said:
            raise Forbidden("The provider did not sign you in.", remedy=_AGAIN)
        member = self.provider.member(said["code"], way.verifier, way.nonce, back)
        session = sessions.begin(self._who(member.subject), (), how="provider", now=now, member=member, before=before)
        return Entered(session, visit_by_address(self.records, member.address, now=now) or "")

    def _who(self, subject: str) -> str:
        """What the audit calls a member: the same at each sign-in, and nothing to whoever has not the workspace's secret."""
        said = f"member\x1f{self.provider.issuer}\x1f{subject}".encode()
        return f"member {hmac.new(self.records.secret, said, hashlib.sha256).hexdigest()[:12]}"


def _made(seed: str, what: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(f"{what}\x1f{seed}".encode()).digest()).rstrip(b"=").decode()
