"""The event of version 1 as it is written, before it is checked against the registry: every form is converted to this."""

from __future__ import annotations

import msgspec

__all__ = ["Actor", "Draft", "marks"]

_NO_EXTRA = msgspec.Raw(b"{}")


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
    extra: msgspec.Raw = _NO_EXTRA
    environment: str | None = None


def marks(draft: Draft) -> int:
    """How many quotation marks the keys and texts of a draft took, `extra` left out, if none of them was escaped."""
    who = draft.actor
    texts = (
        (draft.id is not None) + (draft.object is not None) + (draft.environment is not None)
        + (who.account is not None) + (who.username is not None) + (who.email is not None) + (who.name is not None)
    )
    return 20 + 2 * (type(draft.version) is str) + 2 * (draft.extra is not _NO_EXTRA) + 4 * texts
