"""What another program sent, in an envelope that names the mapping to read it by: `{"mapping": "hook:NAME", "payload": ...}`.

The protocols make envelopes, and quarantine keeps them, so that a payload is read anew when its mapping was put right. An
envelope may have `item`, one element of the list that `each` names, or `broken`, the slug of what keeps the payload from being
read at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from baloo.ingest.forms import v1
from baloo.ingest.forms.draft import Draft
from baloo.ingest.mapping import NOTHING, event_of, identified, look, pointed_to, rule_for
from baloo.ingest.refusals import Refused, nearest, shown_name
from baloo.ingest.terms import Terms
from baloo.ingest.text import Unreadable
from baloo.ingest.text import read as read_json
from baloo.registry.envelope import START, wrap
from baloo.registry.model import EventRule, PayloadMapping

__all__ = ["BROKEN", "NAMES", "apart", "draft", "fits", "read"]

NAMES: Final[Mapping[str, str]] = {}
"""Pointers are those of the event that the mapping makes."""
BROKEN: Final[Mapping[str, str]] = {
    "bad-id": "The id in the address is not a UUID.",
    "control-character": "A text has the character U+0000.",
    "damaged": "The body is not what its content encoding says.",
    "duplicate-key": "A key is there twice in one object.",
    "not-an-object": "An event is a JSON object.",
    "not-json": "The body is not JSON.",
    "number-out-of-range": "A number is larger than any that can be kept.",
    "not-of-format": "The line of the log does not have the format that was given.",
    "too-deep": "Objects and lists nest too deep.",
    "too-large": "The body unpacks to more than one may have.",
    "too-many-keys": "An object has too many keys.",
    "truncated": "The `;` that ends a beacon is missing, so it was cut off on its way.",
}
"""What keeps a payload from being read at all: slug to reason."""

_KEYS = {"mapping", "payload", "each", "item", "broken"}
_IDS = {"glean": "/document_id", "eventlogging": "/uuid", "eventgate": "/meta/id", "perceval": "/uuid"}  # unless a rule says one
_MOST = 5_000  # elements of one payload
_ROOM = 4 << 20  # bytes of all elements, each with what stands around the lists, or what a rule points to of it
_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.Encoder().encode


def apart(texts: Iterable[bytes], terms: Terms) -> Iterator[bytes]:
    """The texts, where an envelope becomes one for each event that its mapping makes of it: none, where it is to be ignored."""
    for raw in texts:
        if raw.startswith(START):
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
    elif "item" in envelope:
        if not _makes_nothing(mapping, envelope["payload"], envelope.get("each"), envelope["item"]):
            yield raw
    elif lists := _lists(mapping, envelope["payload"]):
        yield from _elements(raw, mapping, envelope["payload"], lists)
    elif not _makes_nothing(mapping, envelope["payload"]):
        yield raw


def _lists(mapping: PayloadMapping, payload: object) -> dict[str, list[Any]]:
    """The lists that rules of a mapping take apart: pointer to elements."""
    named = dict.fromkeys(rule.each for rule in mapping.rules if rule.each is not None)
    found = {each: look(each, payload) for each in named if _rule(mapping, payload, each) is not None}
    return {each: listed for each, listed in found.items() if isinstance(listed, list)}


def _elements(raw: bytes, mapping: PayloadMapping, payload: object, lists: dict[str, list[Any]]) -> Iterator[bytes]:
    """The envelopes of the elements, and one of the payload around them where a rule takes that too."""
    rest = payload
    for each in lists:
        rest = _without(rest, each.split("/")[1:])
    around = wrap(mapping.protocol, mapping.id, _encode(rest))
    wanted = [(each, item) for each, items in lists.items() for item in items if not _makes_nothing(mapping, payload, each, item)]
    beside = around
    if len(raw) + len(wanted) * len(beside) > _ROOM:
        beside = wrap(mapping.protocol, mapping.id, _encode(pointed_to(mapping, rest)))
    if len(wanted) > _MOST or len(raw) + len(wanted) * len(beside) > _ROOM:
        yield raw
        return
    whole = _rule(mapping, payload)
    if whole is not None and whole.fields:
        yield around
    yield from (b'%b,"each":%b,"item":%b}' % (beside[:-1], _encode(each), _encode(item)) for each, item in wanted)


def _rule(mapping: PayloadMapping, payload: object, each: str | None = None, item: object = NOTHING) -> EventRule | None:
    """Of the rules with this `each`, the first that holds."""
    return rule_for([rule for rule in mapping.rules if rule.each == each], payload, item)


def _makes_nothing(mapping: PayloadMapping, payload: object, each: object = None, item: object = NOTHING) -> bool:
    rule = _rule(mapping, payload, each if isinstance(each, str) else None, item)
    return mapping.otherwise == "ignore" if rule is None else not rule.fields


def _without(value: Any, steps: list[str]) -> Any:  # noqa: ANN401 - any JSON value
    """The value with an empty list in place of what the steps lead to."""
    if not steps:
        return []
    if isinstance(value, list):
        if not steps[0].isdecimal() or int(steps[0][:9]) >= len(value):
            return value
        at = int(steps[0][:9])
        return [*value[:at], _without(value[at], steps[1:]), *value[at + 1:]]
    key = steps[0].replace("~1", "/").replace("~0", "~")
    return value | {key: _without(value[key], steps[1:])} if isinstance(value, dict) and key in value else value


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
    each = envelope.get("each")
    return draft(mapping, envelope["payload"], terms, each if isinstance(each, str) else None, envelope.get("item", NOTHING))


def draft(
    mapping: PayloadMapping, payload: object, terms: Terms, each: str | None = None, item: object = NOTHING,
) -> Draft:
    """The draft of a payload, or of one element of its list `each`, by its mapping. Raises Refused."""
    if item is NOTHING:
        for pointer, listed in _lists(mapping, payload).items():
            if listed:  # `apart` left it whole
                raise Refused("too-large", "/payload" + pointer, "The list is too long to be taken apart.")
    rule = _rule(mapping, payload, each, item)
    if rule is None:
        raise _not_taken(mapping, payload, item)
    event = event_of(mapping, rule, payload, item)
    if item is NOTHING and "id" not in event and mapping.protocol in _IDS:
        event |= identified(mapping.system, look(_IDS[mapping.protocol], payload))
    return v1.read(_encode(event), terms)


def _not_taken(mapping: PayloadMapping, payload: object, item: object) -> Refused:
    if item is NOTHING and any(rule.each and _rule(mapping, payload, rule.each) for rule in mapping.rules):
        return Refused("not-mapped", "/payload", f"The mapping `{mapping.id}` takes a list apart, and here is none.")
    return Refused("not-mapped", "/payload", f"No rule of the mapping `{mapping.id}` takes this.")


def _no_mapping(named: str, terms: Terms) -> Refused:
    protocol, _, name = named.partition(":")
    close = nearest(name, [known for of, known in terms.mappings if of == protocol])
    hint = f" Did you mean `{close}`?" if close else ""
    what = f"mapping `{shown_name(name)}` of the protocol `{shown_name(protocol)}`"
    return Refused("no-mapping", "/mapping", f"The registry has no {what}.{hint}")
