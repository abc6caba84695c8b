"""Leaves that count amounts: a sum of contributions, points, days, weeks, months, objects or people in a window, or a share of
the top."""

from __future__ import annotations

from baloo.metrics.plan import Counted
from baloo.metrics.session import Session
from baloo.metrics.statements import render
from baloo.metrics.windows import unbroken

__all__ = ["count_leaf", "needs_amounts"]

_ITEMS = {
    "weeks": "date_trunc('week', d.day)", "months": "date_trunc('month', d.day)", "objects": "d.object", "people": "d.owner",
}  # fmt: skip
_BY = "part, person"
MANY = 50_000
"""Rows from which on it is less work to make them fewer first."""

_WORTHWHILE = 7  # days; blocks that are narrower hold little that could be added up


def needs_amounts(node: Counted) -> bool:
    """Whether a leaf asks for more than the days of its contributions."""
    if node.amount == "top" or node.whose or any(feed.source.keyed for feed in node.feeds):
        return True
    return node.amount == "at_least" and node.threshold > 1


def count_leaf(session: Session, node: Counted, number: int, window: int) -> str:
    """A query of a leaf's intervals: part, person, start, stop. Makes the tables that it reads."""
    weights = _item_weights(session, node, number, window) if node.of in _ITEMS else _day_weights(session, node, number, window)
    if node.amount == "top":
        session.table("segments", render("segments", weights=weights))
        session.table("bars", render("bars", share=node.threshold))
        return render("merge", by=_BY, spans=render("top"))
    enough = node.threshold if node.amount == "at_least" else 1
    return render("sweep", by=_BY, weights=weights, after=f"total >= {enough}", before=f"total - weight >= {enough}")


def _rows(node: Counted) -> str:
    return "days" if node.feeds and not any(feed.source.keyed for feed in node.feeds) else "keyed"


def _whose(node: Counted) -> str:
    tests = ["d.owner <> d.person" if node.whose == "others" else "d.owner = d.person"] if node.whose else []
    if node.of == "people":
        tests.append("d.owner <> d.person")
    if node.of == "objects":
        tests.append("d.object IS NOT NULL")
    return " AND ".join(tests) or "TRUE"


def _day_weights(session: Session, node: Counted, number: int, window: int) -> str:
    """The steps of a leaf that adds up days: contributions, points, or the days themselves."""
    per_row = {"points": "d.points", "days": "1"}.get(node.of, "d.n")
    chosen = {"rows": _rows(node), "node": number, "whose": _whose(node)}
    if node.cap is None and node.of != "days" and node.amount != "first":
        amounts = render("worths", amount=f"CAST({per_row} AS BIGINT)", **chosen)
    else:
        amount = "1" if node.of == "days" else f"sum({per_row})" if node.cap is None else f"least(sum({per_row}), {node.cap})"
        amounts = render("amounts", amount=f"CAST({amount} AS BIGINT)", **chosen)
    if node.amount == "first":
        amounts = f"SELECT part, person, min(day) AS day, 1 AS amount FROM ({amounts}) AS a GROUP BY part, person"
    session.table("worths", amounts)
    if node.amount == "at_least" and node.of != "points":
        _thin(session, node)
        return render("day_weights", amounts="amounts", window=window)
    return render("day_weights", amounts="worths", window=window)


def _thin(session: Session, node: Counted) -> None:
    """Make `amounts` of `worths`, none of which is below zero: fewer of them, with which people have enough on the same days."""
    width = unbroken(node.window) // 3
    if width < _WORTHWHILE or session.count("worths") < MANY:
        session.table("amounts", render("enough", amounts="SELECT * FROM worths", threshold=node.threshold))
        return
    session.table("thirds", render("thirds", width=width))
    session.table("judged", render("judged", threshold=node.threshold))
    session.table("amounts", render("thinned", width=width))


def _item_weights(session: Session, node: Counted, number: int, window: int) -> str:
    items = render("items", rows=_rows(node), item=_ITEMS[node.of], node=number, window=window, whose=_whose(node))
    session.table("items", render("merge", by=f"{_BY}, item", spans=items))
    return render("item_weights", items="items")
