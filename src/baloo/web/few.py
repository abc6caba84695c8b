"""Numbers of so few people that the public is not told them: one rule for pages, files and the API."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from baloo.metrics.answers import Flows, Overlap, Step
from baloo.settings import Settings

__all__ = ["FLOWS", "Few"]

FLOWS = ("before", "stayed", "left", "joined", "returned", "after")
_SUMS = (("stayed", "left"), ("stayed", "joined", "returned"))  # are before, and after
_K = TypeVar("_K", bound="str | int")


@dataclass(frozen=True, slots=True)
class Few:
    """The rule: 1 to `k` - 1 people are few. Nobody is a number that gives nobody away."""

    k: int

    @classmethod
    def of(cls, settings: Settings) -> Few:
        """The rule that a workspace's setting `public_k` makes."""
        return cls(int(settings["public_k"]))

    def hides(self, n: int | None) -> bool:
        """Whether a number is of so few people that it is not shown."""
        return n is not None and 0 < n < self.k

    def kept(self, n: int | None) -> int | None:
        """The number; None where it is not shown."""
        return None if self.hides(n) else n

    def beside_sum(self, numbers: Mapping[_K, int]) -> dict[_K, int | None]:
        """Numbers that stand beside their sum: as many are hidden with those of few as make more than few of them together."""
        return self._together(numbers, [tuple(numbers)])

    def flows(self, flows: Flows) -> dict[str, int | None]:
        """The numbers of `FLOWS`; none that is hidden follows from the others."""
        numbers = {name: int(getattr(flows, name)) for name in ("stayed", "joined", "returned", "left")}
        shown = {**self._together(numbers, _SUMS), "before": self.kept(flows.before), "after": self.kept(flows.after)}
        return {name: shown[name] for name in FLOWS}

    def rate(self, steps: Sequence[Step], i: int) -> float | None:
        """The rate of a step; None for the first, and where it tells of few at this one, at the one before, or at both."""
        rate = steps[i].rate
        if not i or rate is None:
            return None
        concerned = (steps[i].people, steps[i - 1].people, round(rate * steps[i - 1].people))
        return None if any(self.hides(n) for n in concerned) else rate

    def combined(self, own: Sequence[int], op: str, n: int) -> bool:
        """Whether a combination of areas tells of few: the `n` in it, or what it leaves beside the numbers that are each `own`.

        Of two areas that is each part; of more, those that follow from the numbers of single areas. `op` is that of the API.
        """
        if len(own) == 2:
            both = {"union": sum(own) - n, "intersection": n, "difference": own[0] - n}[op]
            parts = [n, both, own[0] - both, own[1] - both]
        elif op == "difference":
            parts = [n, own[0] - n]
        else:
            parts = [n, *(abs(one - n) for one in own), sum(own) - n if op == "union" else 0]
        return any(self.hides(part) for part in parts)

    def open(self, found: Iterable[Overlap]) -> list[Overlap]:
        """The combinations that can be shown beside the sum of all: what is left out is nobody, or not few together."""
        found = sorted(found, key=lambda one: -one.people)
        shown = [one for one in found if not self.hides(one.people)]
        rest = sum(one.people for one in found) - sum(one.people for one in shown)
        while shown and self.hides(rest):
            rest += shown.pop().people
        return shown

    def _together(self, numbers: Mapping[_K, int], sums: Iterable[tuple[_K, ...]]) -> dict[_K, int | None]:
        hidden, sums = {name for name, n in numbers.items() if self.hides(n)}, tuple(sums)
        while more := {name for parts in sums for name in self._besides(numbers, parts, hidden)}:
            hidden |= more
        return {name: None if name in hidden else n for name, n in numbers.items()}

    def _besides(self, numbers: Mapping[_K, int], parts: Collection[_K], hidden: Collection[_K]) -> list[_K]:
        """The part that is hidden, too, where the sum of all would tell of those that are: the smallest that is somebody."""
        inside, others = [numbers[name] for name in parts if name in hidden], [name for name in parts if name not in hidden]
        kept = not inside or self.hides(sum(numbers[name] for name in parts))  # nothing is hidden, or the sum is
        if kept or not others or (len(inside) > 1 and not self.hides(sum(inside))):
            return []
        return [min(others, key=lambda name: (not numbers[name], numbers[name]))]
