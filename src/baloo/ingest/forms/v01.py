"""The seeds' payload 0.1: `email, datetime, type, source, version`, with `canonical` and `extra` where wanted.

A source is a system by its own name, with `-` for `_`, or by its later name; `sumo-revision` is the kind `sumo.revision`.
Extras are the source's own (`bugzilla {product, component, ...}`, `hg {tree, sha}`); one that names a person moves to the actor.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from baloo.ingest.forms.draft import Actor, Draft
from baloo.ingest.forms.typed import refused
from baloo.ingest.refusals import Refused, nearest
from baloo.ingest.terms import OLDER, Terms
from baloo.queue.event import canonical

__all__ = ["NAMES", "Payload", "convert", "fits", "read"]

NAMES: Final[Mapping[str, str]] = {
    "/at": "/datetime", "/system": "/source", "/kind": "/type", "/object": "/canonical", "/actor": "/email",
    "/actor/email": "/email", "/id": "/guid", "/schema": "/version",
}
"""Pointers of version 1 to those of this form."""

_KEYS = frozenset({"datetime", "source", "type", "canonical", "email", "guid", "volunteer"})
_LATER_NAMES = {"reps": "remo", "one_and_done": "oneanddone"}
_WHO = {"github-username": "username", "user": "username"}  # fields of extra that say who, as GitHub and MozTrap send them


class Payload(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A payload of 0.1; `guid` and `volunteer` are of the form before it."""

    email: str
    datetime: str
    type: str
    source: str
    version: str | None = None
    canonical: str | None = None
    extra: dict[str, Any] = {}
    guid: str | None = None
    volunteer: bool | None = None


_decode = msgspec.json.Decoder(Payload).decode
_FIELDS = tuple(Payload.__struct_fields__)


def fits(keys: Mapping[str, object]) -> bool:
    """Whether these are keys of the seeds' payload and not of version 1."""
    return not _KEYS.isdisjoint(keys) and keys.keys().isdisjoint({"at", "system", "kind", "actor", "schema"})


def read(raw: bytes, terms: Terms) -> Draft:
    """The draft of a payload of 0.1. Raises Refused."""
    payload = decode(raw)
    if payload.version is None:
        raise Refused("missing", "/version", "`version` is missing.")
    if payload.version != OLDER[1]:
        raise Refused("unknown-version", "/version", "This form of payload has one version, `0.1`.")
    return convert(payload, terms)


def decode(raw: bytes) -> Payload:
    """The payload as typed values. Raises Refused."""
    try:
        return _decode(raw)
    except msgspec.ValidationError as error:
        raise refused(error, _FIELDS) from None


def convert(payload: Payload, terms: Terms) -> Draft:
    """The event of version 1 that says the same. Raises Refused for a source or type that nobody declared."""
    if not payload.email.strip():
        raise Refused("missing", "/email", "`email` is empty.")
    system = _system(payload.source, terms)
    kind = _kind(payload.type, payload.source, system, terms)
    actor = Actor(email=payload.email)
    extra = dict(payload.extra)
    for field, part in _WHO.items():
        if isinstance(extra.get(field), str) and (field != "user" or payload.source == "moztrap"):
            setattr(actor, part, extra.pop(field))
    if payload.volunteer is not None:
        extra["volunteer"] = payload.volunteer  # a claim, which what is known of the person may override
    return Draft(
        schema=terms.older(system, kind), version=OLDER[1], at=payload.datetime, system=system, kind=kind,
        actor=actor, id=payload.guid, object=payload.canonical, extra=msgspec.Raw(canonical(extra)),
    )


def _system(source: str, terms: Terms) -> str:
    for name in (source, source.replace("_", "-"), _LATER_NAMES.get(source, source)):
        if name in terms.systems:
            return name
    raise terms.unknown_system(source)


def _kind(given: str, source: str, system: str, terms: Terms) -> str:
    kinds = terms.systems[system]
    rest = given.removeprefix(source).lstrip("-.")
    for name in (given, f"{source}.{rest}", f"{system}.{rest}", rest):
        if name in kinds:
            return name
    close = nearest(f"{system}.{rest}", kinds)
    hint = f" Did you mean `{close}`?" if close else ""
    raise Refused("unknown-kind", "/kind", f"No kind of the system `{system}` answers to this type.{hint}")
