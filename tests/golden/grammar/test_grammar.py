"""The golden cases of the rule grammar, put to the oracle and to the engine."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Protocol

import pytest

import harness
from golden.grammar.notation import CASES, Case, Question
from oracle.declared import read
from oracle.oracle import Oracle, Person


class Judge(Protocol):
    """Something that answers who counts."""

    def people(self, scope: str, measure: str, day: dt.date) -> frozenset[Person]:
        """Who holds a measure of a scope at a day."""
        ...

    def without_staff(self, scope: str, measure: str, day: dt.date) -> frozenset[Person]:
        """The same less staff."""
        ...

    def no_number_before(self, scope: str) -> dt.date | None:
        """Before when there is no number."""
        ...


def test_sixty_cases():
    """All sixty cases of the specification are here, and ours go on from there, numbered."""
    numbers = [int(file.name[:2]) for file in CASES]

    assert numbers == list(range(1, len(CASES) + 1))
    assert len(CASES) >= 60


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_oracle(file: Path, tmp_path: Path):
    """The slow evaluator counts the people that a case names."""
    case = Case(file)
    oracle = Oracle(read(harness.write_registry(tmp_path, case.registry)), case.facts, case.people)

    assert expected(case) == answered(case, oracle)


def test_provisional(tmp_path: Path):
    """An answer that looks ahead is provisional until what it looks at is over."""
    case = Case(next(file for file in CASES if file.name.startswith("14-")))
    oracle = Oracle(read(harness.write_registry(tmp_path, case.registry)), case.facts, case.people)
    day, after = case.provisional[0], case.today + dt.timedelta(15)

    answers = [oracle.is_provisional("area:a", day, today) for today in (case.today, after)]

    assert answers == [True, False]


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_engine(file: Path, tmp_path: Path):
    """The engine counts the people that a case names."""
    case = Case(file)
    registry = harness.write_registry(tmp_path / "registry", case.registry)
    counted = harness.count(tmp_path, registry, case.facts, case.people, case.today)

    assert expected(case) == answered(case, counted)


def expected(case: Case) -> list[tuple[Question, frozenset[str] | None]]:
    """What a case says."""
    return [(question, None if question.expected is None else frozenset(question.expected)) for question in case.questions()]


def answered(case: Case, judge: Judge) -> list[tuple[Question, frozenset[str] | None]]:
    """What a judge says to the same questions."""
    return [(question, _names(case, judge, question)) for question in case.questions()]


def _names(case: Case, judge: Judge, question: Question) -> frozenset[str] | None:
    before = judge.no_number_before(question.scope)
    if before and question.day < before:
        return None
    ask = judge.people if question.with_staff else judge.without_staff
    return frozenset(person[-1] for person in ask(question.scope, question.measure, question.day))
