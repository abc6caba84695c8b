"""The event of Wikimedia's EventGate: `$schema` names its schema, `meta` has stream, id, time and domain.

`$schema` is a path such as `/contribution/1.0.0` or `/forum/answer/1.0.0`; the registry knows them as `contribution` and
`forum-answer` (or `forum.answer`), version 1. `meta.stream` is the kind and `meta.domain` the system, where the event does not
say `kind` and `system` itself. What else stands beside them is `extra`, unless the event has an `extra` of its own. A mapping of
the protocol `eventgate` that has the stream's name reads the event in its own way, and needs no schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec

from baloo.ingest.forms import mapped, v1
from baloo.ingest.forms.draft import Draft
from baloo.ingest.refusals import Refused, nearest
from baloo.ingest.terms import Terms

__all__ = ["NAMES", "fits", "named", "read"]

NAMES: Final[Mapping[str, str]] = {
    "/id": "/meta/id", "/schema": "/$schema", "/version": "/$schema", "/at": "/meta/dt", "/kind": "/meta/stream",
    "/system": "/meta/domain", "/object": "/meta/uri", "/payload": "", "/extra/": "/",
}
"""Pointers of version 1 to those of this form; that of `/extra/` is for an event without an `extra` of its own."""

_OWN = ("system", "kind", "actor", "object", "environment")  # keys of version 1 that an event may have beside `$schema`
_TAKEN = frozenset({"$schema", "meta", "id", "at", "dt", "extra", *_OWN})
_URI = re.compile(r"(?P<name>[\w.-]+(?:/[\w.-]+)*)/(?P<version>\d+(?:\.\d+)*)(?:\.json|\.yaml)?", re.ASCII)
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def fits(keys: Mapping[str, object]) -> bool:
    """Whether the event names its schema as EventGate's do."""
    return "$schema" in keys


def read(raw: bytes, terms: Terms) -> Draft:
    """The draft of an event of EventGate. Raises Refused."""
    event = _decode(raw)
    meta = event.get("meta")
    if not isinstance(meta, dict):
        raise Refused("missing", "/meta", "`meta` with the stream, the id and the time is missing.")
    mapping = terms.mapping(f"eventgate:{meta.get('stream')}")
    if mapping is not None:
        return mapped.draft(mapping, event, terms)
    schema, version = _schema(event["$schema"], terms)
    kind = event.get("kind", meta.get("stream"))
    if kind is None:
        raise Refused("missing", "/meta/stream", "`meta.stream` is missing.")
    own = {key: event[key] for key in _OWN if event.get(key) is not None}
    found: dict[str, Any] = {
        "schema": schema, "version": version, "kind": kind, "system": _system(str(kind), meta.get("domain"), terms),
        "at": event.get("at", event.get("dt", meta.get("dt"))), "id": meta.get("id", event.get("id")), "object": meta.get("uri"),
        "extra": event["extra"] if "extra" in event else {key: value for key, value in event.items() if key not in _TAKEN},
    }  # fmt: skip
    return v1.read(_encode({key: value for key, value in (found | own).items() if value is not None}), terms)


def named(raw: bytes, terms: Terms) -> tuple[str | None, str | None]:
    """The system and the schema that an event names which is refused; None each where it names none that is known."""
    try:
        event = _decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None
    meta = event.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    mapping = terms.mapping(f"eventgate:{meta.get('stream')}")
    if mapping is not None:
        return mapping.system, None
    try:
        schema = _schema(event.get("$schema"), terms)[0]
    except Refused:
        schema = None
    said = event.get("system")
    kind = event.get("kind", meta.get("stream"))
    return said if isinstance(said, str) else _system(str(kind), meta.get("domain"), terms), schema


def _schema(uri: object, terms: Terms) -> tuple[str, str]:
    """Name and version of the registered schema that a URI names. Raises Refused."""
    if not isinstance(uri, str):
        raise Refused("wrong-type", "/$schema", "This must be a text.")
    found = _URI.fullmatch(urlsplit(uri).path.strip("/"))
    if found is None:
        raise Refused("unknown-schema", "/$schema", "This is not the address of a schema, such as `/contribution/1.0.0`.")
    parts = found["name"].split("/")
    names = [name for name in dict.fromkeys(("-".join(parts), ".".join(parts), "_".join(parts))) if name in terms.schemas]
    if not names:
        close = nearest("-".join(parts), terms.schemas)
        hint = f" Did you mean `{close}`?" if close else ""
        raise Refused("unknown-schema", "/$schema", f"Nobody registered this schema.{hint}")
    for name in names:
        for version in _versions(found["version"]):
            if (name, version) in terms.versions:
                return name, version
    known = ", ".join(f"`{version}`" for name, version in sorted(terms.versions) if name in names)
    raise Refused("unknown-version", "/$schema", f"The schema `{names[0]}` has no such version; it has {known}.")


def _versions(written: str) -> Iterator[str]:
    """A version as it is written, and without the zeros at its end: `1.0.0`, `1.0`, `1`."""
    yield written
    while written.endswith(".0"):
        written = written[:-2]
        yield written


def _system(kind: str, domain: object, terms: Terms) -> str | None:
    """The system that a domain names, else the only one that has the kind; None where neither says."""
    if isinstance(domain, str):
        for name in (domain, terms.hosts.get(domain.lower())):
            if name in terms.systems:
                return name
    having = [system for system, kinds in terms.systems.items() if kind in kinds]
    return having[0] if len(having) == 1 else None
