"""Whatever is written down, edited and taken back, in whatever order it is loaded: the count is that of what stands at last."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from baloo.logbook.contributors import named
from baloo.logbook.entry import Entry
from byhand import TODAY, ByHand
from counts import SOAK

PEOPLE = ("ama@example.org", "forum:jun", "Tove <tove@example.org>")
DAYS = (TODAY, TODAY - dt.timedelta(364), TODAY - dt.timedelta(365))  # the last one lies outside of twelve months

_logged = st.tuples(st.just("log"), st.integers(0, 3), st.sampled_from(PEOPLE), st.sampled_from(DAYS))
_edited = st.tuples(st.just("edit"), st.integers(0, 3), st.sampled_from(PEOPLE), st.sampled_from(DAYS))
_voided, _counted = st.tuples(st.just("void"), st.integers(0, 3)), st.just(("count",))
_steps = st.lists(st.one_of(_logged, _edited, _voided, _counted), max_size=9 if SOAK else 4)


@settings(max_examples=200 if SOAK else 2, derandomize=not SOAK, database=None, deadline=None,
          suppress_health_check=[HealthCheck.too_slow])
@given(steps=_steps, story=st.tuples(_logged, _edited, _edited))
def test_the_count_is_of_what_stands(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[object, ...]], story: tuple[tuple[object, ...], ...]
) -> None:
    """Entries logged, edited twice and voided among others: counted by steps and counted anew, it is who has one that stands."""
    folder = tmp_path_factory.mktemp("by-hand")
    house = ByHand(folder / "w")
    try:
        ids: dict[int, str] = {}
        standing: dict[str, tuple[str, dt.date]] = {}
        for step in (*story, *steps, ("void", story[0][1]), ("count",)):
            _do(house, step, ids, standing)
        house.refresh(derived=folder / "anew", whole=True)

        assert house.rows() == house.rows(folder / "anew")
    finally:
        house.close()


def _do(house: ByHand, step: tuple[object, ...], ids: dict[int, str], standing: dict[str, tuple[str, dt.date]]) -> None:
    what, *rest = step
    if what == "count":
        expected = {who for who, day in standing.values() if day > DAYS[2]}
        assert house.active("legal") == len(expected)
    elif what == "log":
        number, who, day = rest
        wanted = house.book.wanted(house.legal, named(house.book.records, str(who)), Entry(day, "review", f"Text {number}"))  # type: ignore[arg-type]
        for ident in house.book.write(house.legal, [wanted], who="operator tove", how="form"):
            standing[ident], ids[int(str(number))] = (str(who), day), ident  # type: ignore[assignment]
    elif (ident := ids.get(int(str(rest[0])))) in standing:
        house.load()
        stood = house.book.stood(house.legal, str(ident))
        if what == "void":
            house.book.take_back(house.legal, stood, who="operator tove", how="form")
            del standing[str(ident)]
            return
        _, who, day = rest
        house.book.edit(house.legal, stood, named(house.book.records, str(who)), replace(stood.entry, day=day),
                        who="operator idris", how="form")
        standing[str(ident)] = (str(who), day)  # type: ignore[assignment]
