"""Id tokens: what is signed well and says what was asked holds; nothing else does."""

from __future__ import annotations

import base64
import hmac
import json
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from baloo.access.idtoken import ALGORITHMS, LEEWAY, Expected, claims_of, keys_of
from baloo.errors import Busy, Forbidden

NOW = 1_795_000_000
ASKED = Expected("https://id.example.org", "baloo", "the nonce", NOW)
RSA = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"}, private=True)
EC = ECKey.generate_key("P-256", {"kid": "two", "use": "sig"}, private=True)
KEYS = keys_of({"keys": [RSA.as_dict(private=False), EC.as_dict(private=False)]})
GOOD = {"iss": ASKED.issuer, "aud": "baloo", "sub": "u-1", "exp": NOW + 300, "iat": NOW, "nonce": "the nonce", "groups": ["reps"]}


def signed(claims: dict[str, Any], key: Any = RSA, alg: str = "RS256", **header: str) -> str:
    """A token."""
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, claims, key, algorithms=[alg])


def part(said: dict[str, Any]) -> str:
    """One part of a token."""
    return base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()


def without(name: str) -> dict[str, Any]:
    """Good claims but for one that is absent."""
    return {key: value for key, value in GOOD.items() if key != name}


@pytest.mark.parametrize(("key", "alg"), [(RSA, "RS256"), (RSA, "PS256"), (EC, "ES256")])
def test_a_good_token_holds(key: Any, alg: str):
    """Signed with the provider's key and saying what was asked, a token's claims are taken."""
    assert claims_of(signed(GOOD, key, alg), KEYS, ASKED) == GOOD


@pytest.mark.parametrize("claims", [
    {**GOOD, "iss": "https://other.example.org"}, {**GOOD, "iss": ASKED.issuer + "/"}, without("iss"),
    {**GOOD, "aud": "another"}, {**GOOD, "aud": []}, without("aud"), {**GOOD, "aud": ["baloo", "another"]},
    {**GOOD, "aud": ["baloo", "another"], "azp": "another"}, {**GOOD, "azp": "another"},
    {**GOOD, "nonce": "another"}, {**GOOD, "nonce": None}, {**GOOD, "nonce": ["the nonce"]}, without("nonce"),
    {**GOOD, "exp": NOW - LEEWAY}, {**GOOD, "exp": "never"}, without("exp"),
    {**GOOD, "iat": NOW + LEEWAY + 1}, without("iat"), {**GOOD, "nbf": NOW + LEEWAY + 1},
    {**GOOD, "sub": ""}, {**GOOD, "sub": 7}, {**GOOD, "sub": "u" * 256}, without("sub"),
], ids=lambda claims: " ".join(f"{k}={v!r}"[:30] for k, v in claims.items() if GOOD.get(k) != v) or "absent")
def test_a_token_that_says_something_else_is_refused(claims: dict[str, Any]):
    """Another issuer, audience, party or nonce, a time that is over or to come, a subject that is none: each is refused."""
    with pytest.raises(Forbidden):
        claims_of(signed(claims), KEYS, ASKED)


def test_clocks_may_differ_a_little():
    """What ended within the minute, or begins within it, still holds."""
    claims = {**GOOD, "exp": NOW - LEEWAY + 1, "iat": NOW + LEEWAY, "nbf": NOW + LEEWAY}

    assert claims_of(signed(claims), KEYS, ASKED) == claims


def test_a_token_for_several_names_us():
    """A token for several audiences holds where it was made for us."""
    claims = {**GOOD, "aud": ["another", "baloo"], "azp": "baloo"}

    assert claims_of(signed(claims), KEYS, ASKED) == claims


@pytest.mark.parametrize("claims", [{"aud": ["baloo"]}, {"azp": "baloo"}, {"sub": "u"}, {"sub": "u" * 255}])
def test_a_token_may_be_at_its_bounds(claims: dict[str, Any]):
    """A list of one audience needs no party; a subject has from one character to 255."""
    assert claims_of(signed(GOOD | claims), KEYS, ASKED) == GOOD | claims


@pytest.mark.parametrize("alg", ["none", "None", "NONE", ""])
def test_an_unsigned_token_is_refused(alg: str):
    """`none`, however it is written, is no signature; nor is an empty one."""
    for tail in ("", "x"):
        with pytest.raises(Forbidden):
            claims_of(f"{part({'alg': alg, 'kid': 'one'})}.{part(GOOD)}.{tail}", KEYS, ASKED)


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_the_public_key_is_no_secret(alg: str):
    """A token keyed with the public key, in each form that somebody may have it in, is refused."""
    forms = (RSA.as_pem(private=False), json.dumps(RSA.as_dict(private=False)).encode(), RSA.as_der(private=False))
    for public in forms:
        body = f"{part({'alg': alg, 'kid': 'one'})}.{part(GOOD)}"
        tag = hmac.digest(public, body.encode(), f"sha{alg[2:]}")
        with pytest.raises(Forbidden):
            claims_of(f"{body}.{base64.urlsafe_b64encode(tag).rstrip(b'=').decode()}", KEYS, ASKED)


def test_another_key_is_refused():
    """Signed with a key of the right id that is not the provider's, or with one of no known id, a token is refused."""
    for kid in ("one", "three"):
        with pytest.raises(Forbidden):
            claims_of(signed(GOOD, RSAKey.generate_key(2048, {"kid": kid}, private=True)), KEYS, ASKED)


def test_a_changed_token_is_refused():
    """Other claims under the same signature are refused, and so is a key that comes with the token."""
    head, _, tail = signed(GOOD).split(".")
    own = RSAKey.generate_key(2048, {"kid": "four"}, private=True)
    brought = jwt.encode({"alg": "RS256", "jwk": own.as_dict(private=False)}, GOOD, own)

    for token in (f"{head}.{part({**GOOD, 'groups': ['admins']})}.{tail}", brought):
        with pytest.raises(Forbidden):
            claims_of(token, KEYS, ASKED)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "..", "é.é.é", "e30.e30.e30", "{}", "a" * 100_000])
def test_what_is_no_token_is_refused(text: str):
    """Texts that are no tokens are refused in words."""
    with pytest.raises(Forbidden):
        claims_of(text, KEYS, ASKED)


def test_only_public_keys_for_signatures_are_taken():
    """A secret in the provider's key set is left out, and so is a key for encryption; where none is left, that is said."""
    secret, other = OctKey.generate_key(256).as_dict(), {**EC.as_dict(private=False), "use": "enc"}

    assert [key.kid for key in keys_of({"keys": [secret, other, RSA.as_dict(private=False), {"kty": "LATTICE"}, 7]})] == ["one"]
    for none in ({"keys": [secret, other]}, {"keys": "x"}, {}):
        with pytest.raises(Busy):
            keys_of(none)


def test_every_algorithm_is_of_a_public_key():
    """No algorithm on the list is `none` or keyed with a secret."""
    assert not [alg for alg in ALGORITHMS if alg.startswith("HS") or alg.lower() == "none"]
