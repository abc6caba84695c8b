"""The areas of the seeds that are logged for by hand: rows D02 to D09 and F10 of the requirements, by the preset's own words."""

from __future__ import annotations

import pytest

from baloo.access.roles import Grant
from baloo.access.sessions import Caller
from baloo.errors import Forbidden
from baloo.logbook.entry import read
from baloo.logbook.places import open_place, place, places
from baloo.registry import load
from baloo.registry.init import presets

SEEDS = load(presets()["mozilla"])
ENTRY = {"who": "ama", "date": "2014-10-02", "text": "Did it", "link": "", "private": ""}


@pytest.mark.parametrize(("row", "area", "private", "needs"), [
    ("D02", "legal", True, ()), ("D03", "privacy", True, ()), ("D04", "finance", True, ()), ("D05", "user-engagement", False, ()),
    ("D06", "engagement-l10n", False, ("locale",)), ("D07", "user-research", False, ("study",)),
    ("D08", "creative", False, ("link",)), ("D09", "policy", False, ()), ("D01", "mozfest", False, ()),
    ("F10", "reps", False, ()),
])
def test_each_area_has_its_list(row: str, area: str, private: bool, needs: tuple[str, ...]):
    """D02, D03, D04, D05, D06, D07, D08, D09: an owner, a list of what counts, what is private, what may not be left out."""
    found = place(SEEDS, area)
    said = ENTRY | {"type": next(iter(found.log.types))}
    entry, faults = read(found, said)

    assert found.area.owner, row
    assert (len(found.log.types) >= 3, found.log.private, found.log.needs) == (True, private, needs)
    assert ([fault.field for fault in faults], entry is None) == (list(needs), bool(needs))
    assert read(found, said | dict.fromkeys(needs, "https://example.org/"))[1] == []


def test_only_loggers_of_an_area_log_there():
    """F10: a logger of Reps logs for Reps and for nothing else; somebody signed in without a role nowhere."""
    rep = Caller("member 1", (Grant("contributor"), Grant("logger", "area:reps")))
    nobody = Caller("member 2", (Grant("contributor"),))

    assert [one.area.id for one in places(SEEDS, rep)] == ["reps"]
    assert places(SEEDS, nobody) == []
    with pytest.raises(Forbidden):
        open_place(SEEDS, "legal", rep)
