"""What another program sent, in an envelope that names the mapping to read it by: `{"mapping": "hook:NAME", "payload": ...}`.

The protocols make envelopes, and quarantine keeps them, so that a payload is read anew when its mapping was put right. An
envelope may have `item`, one element of the list that the mapping's `each` names, or `broken`, the slug of what keeps the payload
from being read at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from baloo.errors import nearest
from baloo.ingest.forms import v1
from baloo.ingest.forms.draft import Draft
from baloo.ingest.mapping import NOTHING, event_of, identified, look, rule_for
from baloo.ingest.refusals import Refused, shown_name
from baloo.ingest.terms import Terms
from baloo.ingest.text import Unreadable
from baloo.ingest.text import read as read_json
from baloo.registry.model import EventRule, PayloadMapping

__all__ = ["BROKEN", "NAMES", "apart", "draft", "fits", "read", "wrap"]

NAMES: Final[Mapping[str, str]] = {}
"""Pointers are those of the event that the mapping makes."""
BROKEN: Final[Mapping[str, str]] = {
    "bad-id": "The id in the address is not a UUID.",
    "damaged": "The body is not what its content encoding says.",
    "duplicate-key": "A key is there twice in one object.",
    "not-an-object": "An event is a JSON object.",
    "not-json": "The body is not JSON.",
    "truncated": "The `;` that ends a beacon is missing, so it was cut off on its way.",
}
"""What keeps a payload from being read at all: slug to reason."""

_START = b'{"mapping":'
_KEYS = {"mapping", "payload", "item", "broken"}
_IDS = {"glean": "/document_id", "eventlogging": "/uuid", "eventgate": "/meta/id", "perceval": "/uuid"}  # unless a rule says one
_MOST = 5_000  # elements of one list
_ROOM = 4 << 20  # bytes of all elements, each with what stands around the list
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def wrap(protocol: str, name: str, payload: bytes, broken: str | None = None) -> bytes:
    """The envelope of a payload, which is JSON; see `BROKEN`."""
    fault = b',"broken":%b' % _encode(broken) if broken else b""
    return b'%b%b%b,"payload":%b}' % (_START, _encode(f"{protocol}:{name}"), fault, payload)


def apart(texts: Iterable[bytes], terms: Terms) -> Iterator[bytes]:
    """The texts, where an envelope whose mapping has `each` becomes one for each element; one that is to be ignored, none."""
    for raw in texts:
        if raw.startswith(_START):
            yield from _parts(raw, terms)
        else:
            yield raw


def _parts(raw: bytes, terms: Terms) -> Iterator[bytes]:
    try:
        envelope = read_json(raw)
    except (Unreadable, Refused):
        yield raw
        return
    mapping = terms.mapping(envelope["mapping"]) if fits(envelope) else None
    if mapping is None or "broken" in envelope:
        yield raw
        return
    payload, item = envelope["payload"], envelope.get("item", NOTHING)
    rule = rule_for(mapping.rules, payload, item)
    listed = look(rule.each, payload) if rule and rule.each and item is NOTHING else None
    if rule and rule.each and isinstance(listed, list):
        yield from _elements(raw, mapping, rule.each, payload, listed)
    elif not _makes_nothing(mapping, rule):
        yield raw


def _elements(raw: bytes, mapping: PayloadMapping, each: str, payload: object, items: list[object]) -> Iterator[bytes]:
    rules = [rule for rule in mapping.rules if rule.each == each]
    wanted = [item for item in items if not _makes_nothing(mapping, rule_for(rules, payload, item))]
    around = wrap(mapping.protocol, mapping.id, _encode(_without(payload, each.split("/")[1:])))[:-1]
    if len(wanted) > _MOST or len(raw) + len(wanted) * len(around) > _ROOM:
        yield raw
    else:
        yield from (b'%b,"item":%b}' % (around, _encode(item)) for item in wanted)


def _makes_nothing(mapping: PayloadMapping, rule: EventRule | None) -> bool:
    return mapping.otherwise == "ignore" if rule is None else not rule.fields


def _without(value: Any, steps: list[str]) -> Any:  # noqa: ANN401 - any JSON value
    """The value with an empty list in place of what the steps lead to."""
    if not steps:
        return []
    if isinstance(value, list):
        at = int(steps[0])
        return [*value[:at], _without(value[at], steps[1:]), *value[at + 1:]]
    key = steps[0].replace("~1", "/").replace("~0", "~")
    return value | {key: _without(value[key], steps[1:])}


def fits(keys: Mapping[str, object]) -> bool:
    """Whether these are keys of an envelope."""
    return {"mapping", "payload"} <= keys.keys() <= _KEYS and isinstance(keys["mapping"], str)


def read(raw: bytes, terms: Terms) -> Draft:
    """The draft of what an envelope holds. Raises Refused."""
    envelope = _decode(raw)
    broken = envelope.get("broken")
    if broken is not None:
        known = isinstance(broken, str) and broken in BROKEN
        raise Refused(broken, "/payload", BROKEN[broken]) if known else Refused("unknown-key", "/broken", "This says nothing.")
    mapping = terms.mapping(envelope["mapping"])
    if mapping is None:
        raise _no_mapping(envelope["mapping"], terms)
    return draft(mapping, envelope["payload"], terms, envelope.get("item", NOTHING))


def draft(mapping: PayloadMapping, payload: object, terms: Terms, item: object = NOTHING) -> Draft:
    """The draft of a payload, by its mapping. Raises Refused."""
    rule = _rule(mapping, payload, item)
    if rule.each is not None and item is NOTHING:
        if not isinstance(look(rule.each, payload), list):
            raise Refused("not-mapped", "/payload" + rule.each, "The mapping takes a list apart, and here is none.")
        raise Refused("too-large", "/payload" + rule.each, "The list is too long to be taken apart.")
    event = event_of(mapping, rule, payload, item)
    if item is NOTHING and "id" not in event and mapping.protocol in _IDS:
        event |= identified(mapping.system, look(_IDS[mapping.protocol], payload))
    return v1.read(_encode(event), terms)


def _rule(mapping: PayloadMapping, payload: object, item: object) -> EventRule:
    rule = rule_for(mapping.rules, payload, item)
    if rule is None:
        raise Refused("not-mapped", "/payload", f"No rule of the mapping `{mapping.id}` takes this.")
    return rule


def _no_mapping(named: str, terms: Terms) -> Refused:
    protocol, _, name = named.partition(":")
    close = nearest(name, [known for of, known in terms.mappings if of == protocol])
    hint = f" Did you mean `{close}`?" if close else ""
    what = f"mapping `{shown_name(name)}` of the protocol `{shown_name(protocol)}`"
    return Refused("no-mapping", "/mapping", f"The registry has no {what}.{hint}")
