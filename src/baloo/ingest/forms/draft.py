"""The event of version 1 as it is written, before it is checked against the registry: every form is converted to this."""

from __future__ import annotations

import msgspec

__all__ = ["Actor", "Draft"]


class Actor(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """Who did it, as the system knows them; at least one field has a text."""

    account: str | None = None
    username: str | None = None
    email: str | None = None
    name: str | None = None


class Draft(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """An event of version 1, typed but not yet judged."""

    schema: str
    version: int | str
    at: str
    system: str
    kind: str
    actor: Actor
    id: str | None = None
    object: str | None = None
    extra: msgspec.Raw = msgspec.Raw(b"{}")
    environment: str | None = None
