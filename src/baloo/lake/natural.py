"""Natural keys: what makes two events with different ids the same one, as SQL over the table `batch`."""

from __future__ import annotations

from baloo.lake.files import quoted
from baloo.registry.model import Registry

__all__ = ["HASH", "natural_sql"]

HASH = "CAST(md5_number({}) >> 65 AS BIGINT)"
"""63 bits of a text, non-negative; the same for ever, which DuckDB's `hash` is not."""

_DEFAULT = ("object", "actor", "second")
_PARTS = {
    "object": "object",
    "actor": "actor",
    "second": "CAST(at_micros // 1000000 AS VARCHAR)",
    "day": "CAST(at_micros // 86400000000 AS VARCHAR)",
}


def natural_sql(registry: Registry, secret: bytes) -> tuple[str, dict[str, str]]:
    """An expression for the natural key of a row, keyed with the secret, and the values to bind.

    It is NULL where a part of the key is missing, so where there is no object unless the kind declares a key without it.
    """
    declared: dict[tuple[str, ...], list[str]] = {}
    for system in registry.systems.values():
        for kind in system.kinds.values():
            if kind.natural_key is not None:
                declared.setdefault(kind.natural_key, []).append(f"({quoted(system.id)}, {quoted(kind.id)})")
    whens = "".join(
        f"WHEN (system, kind) IN ({', '.join(kinds)}) THEN {_key(parts)} " for parts, kinds in sorted(declared.items())
    )
    default = _key(_DEFAULT)
    return (f"CASE {whens}ELSE {default} END" if whens else default), {"secret": secret.hex()}


def _key(parts: tuple[str, ...]) -> str:
    """One hash; `||` of a NULL is NULL, and so is its hash. Events of staging never stand for one of production."""
    texts = ["$secret", "environment", "system", "kind", *(_PARTS.get(part) or _field(part) for part in parts)]
    return HASH.format(" || chr(31) || ".join(texts))


def _field(name: str) -> str:
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    return f"json_extract_string(extra, {quoted(pointer)})"
