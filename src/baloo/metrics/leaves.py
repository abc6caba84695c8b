"""Leaves that count amounts: a sum of contributions, points, days, weeks, months, objects or people in a window, or a share of
the top.

Leaves that differ in threshold, window and feeds alone are computed together: table `leaves` has these.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from baloo.metrics.plan import Counted
from baloo.metrics.session import Session
from baloo.metrics.statements import render
from baloo.metrics.windows import unbroken

__all__ = ["Leaf", "count_leaves", "needs_amounts"]

_ITEMS = {
    "weeks": "date_trunc('week', d.day)", "months": "date_trunc('month', d.day)", "objects": "d.object", "people": "d.owner",
}  # fmt: skip
_BY = "node, part, person"
_LEAVES = {"node": "INTEGER", "window_id": "INTEGER", "threshold": "BIGINT"}
MANY = 50_000
"""Rows from which on it is less work to make them fewer first."""
_TOGETHER = 2_000_000  # rows that leaves computed together read; beyond, they would not fit in memory

_WORTHWHILE = 7  # days; blocks that are narrower hold little that could be added up


class Leaf(NamedTuple):
    """A leaf with its number and that of its window."""

    node: Counted
    number: int
    window: int

    @property
    def likeness(self) -> tuple[object, ...]:
        """Equal for leaves that can be computed together."""
        node = self.node
        alone = self.number if node.amount == "top" else None
        return alone, node.amount, node.of, node.cap, node.whose, _rows(node), _width(node)


def needs_amounts(node: Counted) -> bool:
    """Whether a leaf asks for more than the days of its contributions."""
    if node.amount == "top" or node.whose or any(feed.source.keyed for feed in node.feeds):
        return True
    return node.amount == "at_least" and node.threshold > 1


def count_leaves(session: Session, leaves: Iterable[Leaf]) -> Iterator[str]:
    """Queries of the leaves' intervals: node, part, person, start, stop. What one reads is there until the next is asked for."""
    for alike in _together(session, leaves):
        node = alike[0].node  # in what matters here the others are like it
        session.put("leaves", _LEAVES, [(leaf.number, leaf.window, _enough(leaf.node)) for leaf in alike])
        weights = _item_weights(session, node) if node.of in _ITEMS else _day_weights(session, node)
        if node.amount == "top":
            session.table("segments", render("segments", weights=weights))
            session.table("bars", render("bars", share=node.threshold))
            yield render("merge", by=_BY, spans=render("top"))
        else:
            yield render(
                "sweep", by=_BY, weights=weights, rules="JOIN leaves USING (node)",
                after="total >= threshold", before="total - weight >= threshold",
            )  # fmt: skip


def _together(session: Session, leaves: Iterable[Leaf]) -> Iterator[list[Leaf]]:
    """The leaves by likeness, no more at a time than memory bears."""
    groups: dict[tuple[object, ...], list[Leaf]] = {}
    for leaf in leaves:
        groups.setdefault(leaf.likeness, []).append(leaf)
    rows = dict(session.run(render("leaf_rows"))) if groups else {}
    for group in groups.values():
        batch: list[Leaf] = []
        read = 0
        for leaf in group:
            read += rows.get(leaf.number, 0)
            if batch and read > _TOGETHER:
                yield batch
                batch, read = [], rows.get(leaf.number, 0)
            batch.append(leaf)
        yield batch


def _enough(node: Counted) -> int:
    return node.threshold if node.amount == "at_least" else 1


def _width(node: Counted) -> int:
    """The days of a block in which amounts may be added up; 0 where they may not."""
    if node.amount != "at_least" or node.of == "points" or node.of in _ITEMS:
        return 0
    width = unbroken(node.window) // 3
    return width if width >= _WORTHWHILE else 0


def _rows(node: Counted) -> str:
    return "days" if node.feeds and not any(feed.source.keyed for feed in node.feeds) else "keyed"


def _whose(node: Counted) -> str:
    tests = ["d.owner <> d.person" if node.whose == "others" else "d.owner = d.person"] if node.whose else []
    if node.of == "people":
        tests.append("d.owner <> d.person")
    if node.of == "objects":
        tests.append("d.object IS NOT NULL")
    return " AND ".join(tests) or "TRUE"


def _day_weights(session: Session, node: Counted) -> str:
    """The steps of leaves that add up days: contributions, points, or the days themselves."""
    per_row = {"points": "d.points", "days": "1"}.get(node.of, "d.n")
    chosen = {"rows": _rows(node), "whose": _whose(node)}
    if node.cap is None and node.of != "days" and node.amount != "first":
        amounts = render("worths", amount=f"CAST({per_row} AS BIGINT)", **chosen)
    else:
        amount = "1" if node.of == "days" else f"sum({per_row})" if node.cap is None else f"least(sum({per_row}), {node.cap})"
        amounts = render("amounts", amount=f"CAST({amount} AS BIGINT)", **chosen)
    if node.amount == "first":
        amounts = f"SELECT {_BY}, min(day) AS day, 1 AS amount FROM ({amounts}) AS a GROUP BY {_BY}"
    session.table("worths", amounts)
    if node.amount == "at_least" and node.of != "points":
        _thin(session, _width(node))
        return render("day_weights", amounts="amounts")
    return render("day_weights", amounts="worths")


def _thin(session: Session, width: int) -> None:
    """Make `amounts` of `worths`, none of which is below zero: fewer of them, with which people have enough on the same days."""
    if not width or session.count("worths") < MANY:
        session.table("amounts", render("enough"))
        return
    session.table("thirds", render("thirds", width=width))
    session.table("judged", render("judged"))
    session.table("amounts", render("thinned", width=width))


def _item_weights(session: Session, node: Counted) -> str:
    items = render("items", rows=_rows(node), item=_ITEMS[node.of], whose=_whose(node))
    session.table("items", render("merge", by=f"{_BY}, item", spans=items))
    return render("item_weights", items="items")
