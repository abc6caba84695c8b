"""Signed links: how somebody shows that an address is theirs, whether they can sign in or not.

A link is made for one identity, and sent to one of its own addresses by whoever runs the workspace; Baloo sends no mail. Who
opens it has that mailbox. It is good once and for a while; opened, it becomes a visit, which a cookie carries. Neither holds a
name or an address: an id, a moment, a number by chance, and a keyed hash over them. A page must ask before it opens a link, for
mail programs look at links by themselves: `read` looks, `open_link` uses it up.

Who has a visit of one identity and opens the link of another has shown that both are theirs.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

import msgspec
import sqlalchemy as sa

from baloo.errors import Forbidden, InputError
from baloo.people.hands import Changed, link
from baloo.people.keys import email_key
from baloo.people.marks import identities_of
from baloo.people.rules import is_personal
from baloo.people.sql import note, select_in
from baloo.records.rights import used_links
from baloo.records.store import Records
from baloo.records.tables import identities, observations

__all__ = [
    "LINK_SECONDS", "VISIT_SECONDS", "Signed", "begin_visit", "code_for", "is_used", "join_own", "leave", "make_link",
    "open_link", "own_addresses", "read", "sign", "use_up", "verify", "visit_by_address", "visitor",
]

LINK_SECONDS = 24 * 3600
"""For how long a link is good."""
VISIT_SECONDS = 30 * 60
"""For how long a visit lasts after it was begun."""

_LINK, _VISIT = "link", "visit"
_ASK = "Ask whoever runs this for a new link."


class Signed(msgspec.Struct, array_like=True, frozen=True):
    """What a link or a cookie says. `expires` is microseconds since 1970."""

    purpose: str
    identity: int
    expires: int
    nonce: str


def own_addresses(records: Records, identity: int) -> list[str]:
    """The addresses to which a link of an identity may be sent: personal ones that nobody else has used."""
    with records.engine.connect().execution_options(writes=False) as connection:
        theirs = set(identities_of(connection, [identity]))
        o = observations.c
        found = {key: email for key, email in select_in(connection, [o.email_key, o.email], o.identity_id, sorted(theirs))
                 if is_personal(key)}
        users = select_in(connection, [o.email_key, o.identity_id], o.email_key, sorted(found))
    shared = {key for key, number in users if number not in theirs}
    return [email.strip() for key, email in sorted(found.items()) if key not in shared]


def make_link(records: Records, identity: int, address: str, *, who: str, now: int, seconds: int = LINK_SECONDS) -> str:
    """The token of a new link for an identity, to be sent to `address` and to nobody else.

    Raises InputError where the address is not one of the person's own.
    """
    if email_key(address) not in {email_key(one) for one in own_addresses(records, identity)}:
        raise InputError("This address is not this person's alone: a link to it proves nothing.", remedy="Name another one.")
    with records.engine.begin() as connection:
        note(connection, who, "link made", str(identity), now)
    return sign(records, Signed(_LINK, identity, now + seconds * 1_000_000, secrets.token_urlsafe(12)))


def read(records: Records, token: str, *, now: int) -> Signed:
    """What a link says, without using it up. Raises Forbidden where it is not ours, too old, used, or of somebody erased."""
    said = verify(records, token, _LINK, now)
    with records.engine.connect().execution_options(writes=False) as connection:
        _exists(connection, said.identity)
        if is_used(connection, said):
            raise Forbidden("This link has been used.", remedy=_ASK)
    return said


def open_link(records: Records, token: str, *, now: int) -> str:
    """Use a link up; returns the value of the cookie of the visit that it begins. Raises Forbidden as `read` does."""
    said = read(records, token, now=now)
    with records.engine.begin() as connection:
        use_up(connection, said, now)
        note(connection, f"person, identity {said.identity}", "link opened", "", now)
    return begin_visit(records, said.identity, now=now)


def begin_visit(records: Records, identity: int, *, now: int) -> str:
    """The value of a cookie by which the holder is known as an identity for half an hour."""
    return sign(records, Signed(_VISIT, identity, now + VISIT_SECONDS * 1_000_000, secrets.token_urlsafe(12)))


def visit_by_address(records: Records, address: str, *, now: int) -> str | None:
    """The value of a cookie of the visit of whom an address is alone, as `begin_visit`; None where it is nobody's, or several's.

    Whoever calls this has seen that somebody else verified the address as the visitor's: a provider of sign-in.
    """
    key = email_key(address)
    with records.engine.connect().execution_options(writes=False) as connection:
        identity = connection.scalar(sa.select(sa.func.min(observations.c.identity_id)).where(observations.c.email_key == key))
    if identity is None or key not in {email_key(one) for one in own_addresses(records, identity)}:
        return None
    with records.engine.begin() as connection:
        note(connection, f"person, identity {identity}", "signed in to their own page", "by provider", now)
    return begin_visit(records, identity, now=now)


def visitor(records: Records, cookie: str, *, now: int) -> Signed:
    """Whose visit a cookie carries; its `nonce` is that of the visit, for the forms in it.

    Raises Forbidden where there is none, where it is over, and where the identity was erased.
    """
    said = verify(records, cookie, _VISIT, now)
    with records.engine.connect().execution_options(writes=False) as connection:
        _exists(connection, said.identity)
        if is_used(connection, said):
            raise Forbidden("This visit is over.", remedy=_ASK)
    return said


def leave(records: Records, visit: Signed, *, now: int) -> None:
    """End a visit before its time: its cookie is worth nothing any more."""
    with records.engine.begin() as connection:
        if not is_used(connection, visit):
            use_up(connection, visit, now)


def join_own(records: Records, one: int, other: int, *, proof: str, now: int) -> Changed:
    """Join two identities that somebody has shown to be theirs. `proof` says how, without a name.

    Raises InputError where somebody said that they are different people.
    """
    return link(records, [(one, other)], who=f"person, identity {one}", reason=proof, now=now)


def code_for(records: Records, visiting: int, account: int) -> str:
    """What a visitor writes anywhere on a system by an account, so that an event of it shows that the account is theirs."""
    digest = hmac.new(records.secret, f"baloo claim\x1f{visiting}\x1f{account}".encode(), hashlib.sha256).digest()
    return "baloo-claim-" + base64.b32encode(digest[:10]).decode().lower()


def is_used(connection: sa.Connection, said: Signed) -> bool:
    """Whether a link was opened, or a visit was ended."""
    return connection.scalar(sa.select(used_links.c.nonce).where(used_links.c.nonce == said.nonce)) is not None


def use_up(connection: sa.Connection, said: Signed, now: int) -> None:
    """Let a link or a visit be good no more. Raises Forbidden where it was no more already."""
    connection.execute(sa.delete(used_links).where(used_links.c.expires < now))
    try:
        connection.execute(sa.insert(used_links).values(nonce=said.nonce, expires=said.expires))
    except sa.exc.IntegrityError as error:  # two at once
        raise Forbidden("This link has been used.", remedy=_ASK) from error


def sign(records: Records, said: Signed) -> str:
    """What is said, with a keyed hash over it: a text for an address or a cookie."""
    body = _text(msgspec.json.encode(said))
    return f"{body}.{_signature(records, body)}"


def verify(records: Records, token: str, purpose: str, now: int) -> Signed:
    """What a text says that `sign` made for a purpose. Raises Forbidden where it is another text, or too old."""
    body, _, signature = token.partition(".")
    wrong = Forbidden("This link is not one of ours, or it is cut off.", remedy=_ASK)
    if not token.isascii() or not hmac.compare_digest(signature, _signature(records, body)):
        raise wrong
    try:
        said = msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=Signed)
    except ValueError as error:
        raise wrong from error
    if said.purpose != purpose:
        raise wrong
    if said.expires <= now:
        raise Forbidden("This link is too old." if purpose.endswith(_LINK) else "This visit is over.", remedy=_ASK)
    return said


def _signature(records: Records, body: str) -> str:
    return _text(hmac.new(records.secret, b"baloo link\x1f" + body.encode(), hashlib.sha256).digest())


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _exists(connection: sa.Connection, identity: int) -> None:
    if connection.scalar(sa.select(identities.c.id).where(identities.c.id == identity)) is None:
        raise Forbidden("Nothing is known here of whom this link was made for.", remedy=_ASK)
