"""What a watcher asks for: the query of the live page and of its streams."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlencode

from baloo.errors import InputError, UnknownName, nearest
from baloo.ingest.terms import OLDER, PLAIN
from baloo.ingest.wire.base import TAG
from baloo.registry.model import Registry
from baloo.web.live.gallery import Wanted

__all__ = ["VERDICTS", "asked", "query_of", "schemas_of"]

VERDICTS = ("accepted", "refused")
_KEYS = ("system", "schema", "verdict", "tag")


def asked(query: Mapping[str, str], registry: Registry, *, mine: str | None = None, also: tuple[str, ...] = ()) -> Wanted:
    """What a query asks for; `also` are keys that it may have besides. Raises InputError and UnknownName."""
    for key in query:
        if key not in (*_KEYS, *also):
            close = nearest(key, _KEYS)
            remedy = f"Did you mean `{close}`?" if close else f"Known are `{'` and `'.join(_KEYS)}`."
            raise InputError(f"This page knows no `{key[:60]}`.", remedy=remedy)
    said = {key: query[key] for key in _KEYS if query.get(key)}
    for key, names in (("system", registry.systems), ("schema", schemas_of(registry))):
        if key in said and said[key] not in names:
            raise UnknownName(key, said[key], names)
    if said.get("verdict", "accepted") not in VERDICTS:
        raise InputError("`verdict` is `accepted` or `refused`.")
    if not TAG.fullmatch(said.get("tag", "-")):
        raise InputError("A tag has up to 20 letters, digits and hyphens.", remedy="Show the one that you send as `X-Debug-ID`.")
    return Wanted(**said, mine=mine)


def schemas_of(registry: Registry) -> list[str]:
    """The names of schemas that an event may have."""
    return sorted({name for name, _ in (PLAIN, OLDER, *registry.schemas)})


def query_of(wanted: Wanted, **changed: str | None) -> str:
    """The query of the same page with something changed, as the end of an address."""
    values = {key: getattr(wanted, key) for key in _KEYS} | changed
    said = urlencode({key: value for key, value in values.items() if value})
    return f"?{said}" if said else ""
