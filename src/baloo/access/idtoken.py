"""Id tokens: what a provider signed, held to what was asked. What fails is refused, and never says why to whoever sent it."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from baloo.errors import Busy, Forbidden

__all__ = ["ALGORITHMS", "LEEWAY", "Expected", "claims_of", "keys_of"]

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures that are taken: those with a public key. No `none`, and nothing that is keyed with a secret."""
LEEWAY = 60
"""Seconds by which two clocks may differ."""

_PUBLIC = ("RSA", "EC", "OKP")
_LONGEST = 255  # characters of a subject, by the standard
_REFUSED = "What the provider signed does not hold."
_AGAIN = "Sign in again; where this comes back, the administrator should look at the provider's settings."


@dataclass(frozen=True, slots=True)
class Expected:
    """What a token must say. `nonce` None: it was not asked for with one. `now` is seconds since 1970."""

    issuer: str
    client: str
    nonce: str | None
    now: int


def keys_of(said: Mapping[str, Any]) -> KeySet:
    """The public keys for signatures in a JWKS; others are left out. Raises Busy where there is none."""
    listed = said.get("keys")
    good = [
        one for one in (listed if isinstance(listed, list) else ())
        if isinstance(one, dict) and one.get("kty") in _PUBLIC and one.get("use", "sig") == "sig"
    ]
    try:
        return KeySet.import_key_set({"keys": good})
    except (JoseError, ValueError) as error:
        raise Busy("The provider has no key that can be used.") from error


def claims_of(token: str, keys: KeySet, expected: Expected) -> dict[str, Any]:
    """The claims of a token that holds. Raises Forbidden for every other."""
    try:
        claims = jwt.decode(token, keys, algorithms=list(ALGORITHMS)).claims
        jwt.JWTClaimsRegistry(
            now=expected.now, leeway=LEEWAY, iss={"essential": True, "value": expected.issuer},
            aud={"essential": True, "value": expected.client}, sub={"essential": True}, exp={"essential": True},
            iat={"essential": True},
        ).validate(claims)
    except (JoseError, ValueError, UnicodeError) as error:
        raise Forbidden(_REFUSED, remedy=_AGAIN) from error
    aud, azp = claims["aud"], claims.get("azp")
    if azp not in (None, expected.client) or (isinstance(aud, list) and len(aud) > 1 and azp is None):
        raise Forbidden(_REFUSED, remedy=_AGAIN)
    if expected.nonce is not None and not _same(claims.get("nonce"), expected.nonce):
        raise Forbidden(_REFUSED, remedy=_AGAIN)
    if not 0 < len(claims["sub"]) <= _LONGEST:
        raise Forbidden(_REFUSED, remedy=_AGAIN)
    return dict(claims)


def _same(said: object, expected: str) -> bool:
    return isinstance(said, str) and hmac.compare_digest(said.encode(), expected.encode())
