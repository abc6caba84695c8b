"""Somebody's own page: what is known of them, what they choose, and how they are forgotten."""

from __future__ import annotations

from baloo.errors import InputError
from baloo.people.faces import faces
from baloo.people.links import Signed, code_for
from baloo.people.own import own
from baloo.people.refer import resolve_reference
from baloo.web.people.parts import Parts
from baloo.web.people.person import done_by
from baloo.web.people.sides import accounts_of
from baloo.web.scene import Scene
from baloo.web.site import Page

__all__ = ["claimed", "erase_page", "known_file", "own_page"]


def own_page(scene: Scene, parts: Parts, visit: Signed, *, claim: int | None = None, said: str = "") -> Page:
    """What somebody sees of themselves. `claim` is an account that they say is theirs, `said` what their last form did."""
    words, mine = scene.words, own(parts.records, visit.identity)
    face = faces(parts.records, [mine.person])[mine.person]
    parts.counted.learn(face.ids, scene)
    asked = claim is not None and claim not in face.ids
    return Page("me.html", words("me-title"), words("me-description"), values={
        "visit": visit, "mine": mine, "name": face.name, "did": done_by(scene, parts, face), "said": said,
        "rows": [{
            "system": one.system, "names": ", ".join(one.names), "accounts": ", ".join(accounts_of(one)),
            "mail": ", ".join(one.addresses),
        } for one in mine.identities],
        "systems": sorted(scene.registry.systems), "claim": claim if asked else None,
        "code": code_for(parts.records, visit.identity, claim) if asked and claim is not None else "",
    })


def erase_page(scene: Scene, visit: Signed, *, unsure: bool = False) -> Page:
    """What being erased does, and the question whether to. `unsure`: the form came without the tick."""
    words = scene.words
    return Page("me_erase.html", words("erase-title"), words("me-description"), status=400 if unsure else 200, values={
        "visit": visit, "unsure": unsure,
    })


def claimed(scene: Scene, parts: Parts, system: str, account: str) -> int:
    """The identity of an account that somebody says is theirs. Raises InputError where it is not known, or is no account."""
    if system not in scene.registry.systems or not account:
        raise InputError("Name a system and the account there.", remedy="Go back and write both.")
    try:
        found = resolve_reference(parts.records, f"{system}:{account}")[0]
    except InputError as error:
        raise InputError("Nobody is known by this account.", remedy="Go back and see how it is written there.") from error
    if not accounts_of(next(one for one in own(parts.records, found).identities if one.id == found)):
        raise InputError("This is an address or a name, and no account.", remedy="Go back, and ask for a link to the address.")
    return found


def known_file(parts: Parts, visit: Signed) -> dict[str, object]:
    """What is known of somebody, as a file for them."""
    mine = own(parts.records, visit.identity)
    names = ("system", "account", "usernames", "addresses", "names")
    return {
        "person": mine.person, "shown_name": mine.shown_name, "hidden": mine.hidden, "opted_out": mine.opted_out,
        "identities": [{name: getattr(one, name) for name in names} for one in mine.identities],
    }
