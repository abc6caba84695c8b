"""The provider of OpenID Connect: what it says of itself, its keys, who somebody is, and whether it still vouches for them.

It is asked over HTTPS (over HTTP on this machine alone), with a deadline, without following it elsewhere, and only so much of an
answer is read. Where it was silent, it is not asked again for some seconds: who waits would wait in vain. Nothing that it says is
logged.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote_plus, urlencode, urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from baloo.access.idtoken import Expected, claims_of, keys_of
from baloo.access.sessions import Member
from baloo.clock import Clock
from baloo.errors import Busy, Forbidden, InputError

__all__ = ["Provider"]

_SECONDS = 10.0  # for one answer
_LARGEST = 1 << 20  # bytes of one
_GOOD_FOR = 3600.0  # seconds for which what it says of itself, and its keys, are kept
_STRANGE = 60.0  # seconds between two looks for other keys
_REST = 5.0  # seconds for which one that was silent is not asked
_LOCAL = {"127.0.0.1", "::1", "localhost"}
_AGAIN = "Sign in again."


@dataclass
class Provider:
    """One provider, as the settings name it. `groups` is the claim that holds the groups; `scopes` is what is asked for.

    A claim within another one is named with dots, such as `realm_access.roles`.
    """

    issuer: str
    client: str
    secret: str = field(repr=False)
    groups: str
    scopes: tuple[str, ...]
    clock: Clock
    _told: dict[str, Any] = field(default_factory=dict, repr=False)
    _keys: Any = field(default=None, repr=False)
    _since: float = 0.0  # when it last said what it is
    _looked: float = float("-inf")  # when other keys were last looked for
    _silent: float = float("-inf")  # when it last did not answer
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def scope(self) -> str:
        """What is asked for, as the protocol writes it."""
        return " ".join(dict.fromkeys(("openid", *self.scopes)))

    def told(self, name: str) -> str:
        """What the provider says of itself under a name, such as `token_endpoint`. Raises Busy where it says nothing."""
        value = self._says(name)
        if not isinstance(value, str):
            raise Busy(f"The provider does not say its `{name}`.", where=self.issuer)
        return _safe(value)

    def way_out(self) -> str:
        """Where somebody signs out at the provider itself; empty where it has no such page. Raises Busy where it says nothing."""
        if self._says("end_session_endpoint") is None:
            return ""
        address = self.told("end_session_endpoint")
        return f"{address}{'&' if '?' in address else '?'}{urlencode({'client_id': self.client})}"

    def member(self, code: str, verifier: str, nonce: str, back: str) -> Member:
        """Who a code is for. Raises Forbidden where the provider, or what it signed, does not vouch; Busy for no answer."""
        tokens = self._tokens({
            "grant_type": "authorization_code", "code": code, "redirect_uri": back, "code_verifier": verifier})
        claims = self._vouched(tokens, nonce)
        return self._member(str(claims["sub"]), claims, tokens)

    def again(self, kept: str) -> Member:
        """Ask anew with what was kept of a member; see `baloo.access.sessions.Members`."""
        had = json.loads(kept)
        if had["issuer"] != self.issuer:
            raise Forbidden("Another provider vouched for this.", remedy=_AGAIN)
        tokens, claims = had, {}
        if had["refresh_token"]:
            tokens = self._tokens({"grant_type": "refresh_token", "refresh_token": had["refresh_token"]})
            tokens["refresh_token"] = tokens.get("refresh_token") or had["refresh_token"]
            claims = self._vouched(tokens, None) if "id_token" in tokens else {}
        if claims.get("sub", had["subject"]) != had["subject"]:
            raise Forbidden("The provider speaks of somebody else.", remedy=_AGAIN)
        return self._member(had["subject"], claims, tokens)

    def _member(self, subject: str, claims: Mapping[str, Any], tokens: Mapping[str, Any]) -> Member:
        """A member with the groups that the provider tells at this moment; those of the token where it tells none besides."""
        said, told = dict(claims), {}
        if self._says("userinfo_endpoint") is not None:
            bearer = {"authorization": f"Bearer {tokens.get('access_token', '')}"}
            told = self._asked(self.told("userinfo_endpoint"), headers=bearer)
            if told.get("sub") != subject:
                raise Forbidden("The provider speaks of somebody else.", remedy=_AGAIN)
            said |= told
        kept = {
            "issuer": self.issuer, "subject": subject, "refresh_token": str(tokens.get("refresh_token") or ""),
            "access_token": str(tokens.get("access_token", "")),
        }
        source = told if "email" in told else claims  # whether an address is verified, only who tells the address can say
        address = source.get("email") if source.get("email_verified") is True else None
        return Member(subject, _texts(_claim(said, self.groups)), json.dumps(kept), address if isinstance(address, str) else "")

    def _tokens(self, form: Mapping[str, str]) -> dict[str, Any]:
        """The token endpoint's answer, asked as this client."""
        endpoint, headers, sent = self.told("token_endpoint"), {}, dict(form)
        ways = self._says("token_endpoint_auth_methods_supported")
        if self.secret and (ways is None or "client_secret_basic" in ways):
            both = f"{quote_plus(self.client)}:{quote_plus(self.secret)}".encode()
            headers["authorization"] = f"Basic {base64.b64encode(both).decode()}"
        else:
            sent |= {"client_id": self.client} | ({"client_secret": self.secret} if self.secret else {})
        return self._asked(endpoint, form=sent, headers=headers)

    def _vouched(self, tokens: Mapping[str, Any], nonce: str | None) -> dict[str, Any]:
        """The claims of the id token, held to what we asked. Raises Forbidden."""
        token = tokens.get("id_token")
        if not isinstance(token, str):
            raise Forbidden("The provider signed nothing.", remedy=_AGAIN)
        expected = Expected(self.issuer, self.client, nonce, int(self.clock.now().timestamp()))
        with self._lock:
            self._keep_up()
            keys = self._keys
        try:
            return claims_of(token, keys, expected)
        except Forbidden:
            if not self._has_other_keys():
                raise
            return claims_of(token, self._keys, expected)

    def _has_other_keys(self) -> bool:
        """Fetch the keys anew, at most once a minute: one may have taken another's place, under a new id, the same, or none."""
        with self._lock:
            if time.monotonic() - self._looked < _STRANGE:
                return False
            self._looked = time.monotonic()
            self._keys = self._keys_at(self._told)
            return True

    def _says(self, name: str) -> Any:  # noqa: ANN401 - any JSON
        """What it says of itself under a name, None where it says nothing."""
        with self._lock:
            self._keep_up()
            return self._told.get(name)

    def _keep_up(self) -> None:
        if self._told and time.monotonic() - self._since < _GOOD_FOR:
            return
        told = self._asked(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != self.issuer:
            raise Forbidden("The provider calls itself by another name.", where=self.issuer, remedy="Set `sign_in_issuer`.")
        self._keys = self._keys_at(told)
        self._told, self._since = told, time.monotonic()

    def _keys_at(self, told: Mapping[str, Any]) -> Any:  # noqa: ANN401 - keys of joserfc
        return keys_of(self._asked(str(told.get("jwks_uri", ""))))

    def _asked(
        self, address: str, *, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The JSON object that an address answers. Raises Forbidden where it refuses, Busy where it does not answer with one."""
        body = urlencode(form).encode() if form is not None else None
        request = Request(_safe(address), data=body, headers={"accept": "application/json", **(headers or {})})  # noqa: S310
        where, remedy = urlsplit(address).netloc, "Try again in a while."
        if time.monotonic() - self._silent < _REST:
            raise Busy("The provider does not answer.", where=where, remedy=remedy)
        try:
            with build_opener(_Nowhere).open(request, timeout=_SECONDS) as answer:
                found = _read(answer)
        except HTTPError as error:
            error.close()
            if 400 <= error.code < 500 and error.code != 429:
                raise Forbidden("The provider refused.", remedy=_AGAIN) from None
            found = None
        except (OSError, HTTPException):
            self._silent = time.monotonic()
            raise Busy("The provider does not answer.", where=where, remedy=remedy) from None
        if not isinstance(found, dict):
            raise Busy("The provider does not answer as it should.", where=where, remedy=remedy)
        return found


def _safe(address: str) -> str:
    """The address, if it may be asked. Raises InputError."""
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOCAL):
        raise InputError("A provider is asked over HTTPS.", where=address, remedy="Set an `https://` address.")
    return address


class _Nowhere(HTTPRedirectHandler):
    """Follows nothing: what is sent is for the provider alone."""

    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401 - what urllib gives
        """No request."""


def _read(answer: HTTPResponse) -> Any:  # noqa: ANN401 - any JSON
    """The JSON of an answer; None where it is none, or has no end. Raises TimeoutError where it comes too slowly."""
    read, end = b"", time.monotonic() + _SECONDS
    while len(read) <= _LARGEST and (more := answer.read1(_LARGEST)):
        if time.monotonic() > end:
            raise TimeoutError
        read += more
    try:
        return json.loads(read) if len(read) <= _LARGEST else None
    except (ValueError, RecursionError):
        return None


def _claim(said: Mapping[str, Any], name: str) -> object:
    """What a claim says: the one of this very name, which may have dots in it, else the one within others."""
    found: object = said
    for part in (name,) if name in said else name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def _texts(said: object) -> tuple[str, ...]:
    """Groups to the letter: a list of texts, one text, or a map whose names are the groups where it does not deny them."""
    told = [name for name, more in said.items() if more] if isinstance(said, dict) else said
    several = told if isinstance(told, list) else [told]
    return tuple(sorted({one for one in several if isinstance(one, str) and one}))
