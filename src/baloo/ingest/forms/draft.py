"""The event of version 1 as it is written, before it is checked against the registry: every form is converted to this."""

from __future__ import annotations

from baloo.queue.event import NO_EXTRA, Actor, Draft

__all__ = ["Actor", "Draft", "marks"]


def marks(draft: Draft) -> int:
    """How many quotation marks the keys and texts of a draft took, `extra` left out, if none of them was escaped."""
    who = draft.actor
    texts = (
        (draft.id is not None) + (draft.object is not None) + (draft.environment is not None)
        + (who.account is not None) + (who.username is not None) + (who.email is not None) + (who.name is not None)
    )
    return 20 + 2 * (type(draft.version) is str) + 2 * (draft.extra is not NO_EXTRA) + 4 * texts
