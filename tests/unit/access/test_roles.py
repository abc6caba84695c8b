"""What roles include, and where they hold."""

from __future__ import annotations

import pytest

from baloo.access.roles import PLACED, ROLES, Grant, grant, held
from baloo.access.sessions import NOBODY, Caller
from baloo.errors import InputError, UnknownName
from baloo.registry import schemas
from baloo.registry._check_may import PLACES


def test_each_role_includes_what_is_less():
    """An admin holds every role; a steward all but owner and admin; nobody who is not signed in holds more than visitor."""
    everything = {role: {less for less in ROLES if held([Grant(role)], less)} for role in ROLES}

    assert everything["admin"] == set(ROLES)
    assert everything["steward"] == set(ROLES) - {"admin", "owner"}
    assert everything["owner"] == {"owner", "logger", "contributor", "visitor"}
    assert everything["analyst"] == {"analyst", "contributor", "visitor"}
    assert [role for role in ROLES if NOBODY.may(role)] == ["visitor"]


def test_a_role_at_a_place_holds_there():
    """A logger of Reps logs for Reps and what lies in it, and for nothing else; a steward everywhere."""
    reps = Caller("member", (Grant("contributor"), Grant("logger", "area:reps")))

    assert reps.may("logger", "area:reps-it", "area:reps")
    assert not reps.may("logger", "area:legal")
    assert reps.may("logger")
    assert reps.may("contributor", "area:legal")
    assert Caller("member", (Grant("steward"),)).may("logger", "area:legal")


@pytest.mark.parametrize(("role", "area", "system"), [
    ("logger", "", ""), ("logger", "", "sumo"), ("owner", "", ""), ("owner", "a", "b"), ("steward", "reps", ""),
])
def test_a_role_without_its_place_is_none(role: str, area: str, system: str):
    """A role that is held at a place needs one that fits, and no other role takes one."""
    with pytest.raises(InputError, match=role):
        grant(role, area=area, system=system)


def test_an_unknown_role_is_named():
    """Who writes a role that is none is told the nearest."""
    with pytest.raises(UnknownName, match="steward"):
        grant("stewart")


def test_the_registry_knows_the_same_roles():
    """The published schema gives the roles that can be granted, and `check` wants the places that they need."""
    written = schemas()["community"]["properties"]["may"]["items"]["properties"]["role"]["enum"]

    assert written == [role for role in ROLES if role not in ("visitor", "contributor")]
    assert PLACES == PLACED
