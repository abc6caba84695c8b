"""From people's days to intervals: every node of a plan, computed in DuckDB into one table `held` (node, part, person, start,
stop).

Needs the tables `parts`, `days`, `keyed`, `staff_days`, `roster`, `roster_here` and `excluded`. Nodes are computed in ranks:
those that need only contributions,
then those that need only these, and so on, all unions of a rank in one statement.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping

from baloo.metrics.compile import YEAR
from baloo.metrics.leaves import Leaf, count_leaves, needs_amounts
from baloo.metrics.plan import All, Counted, Edge, Feed, New, Node, Plan, Spread, Staff, Union, feeds_of, nodes_below
from baloo.metrics.rollup import Sources
from baloo.metrics.session import Session
from baloo.metrics.statements import render
from baloo.metrics.windows import LAST_DAY, block_width, length, seen_on
from baloo.registry.model import Window

__all__ = ["BY", "HELD", "Counting"]

HELD = {"node": "INTEGER", "part": "INTEGER", "person": "BIGINT", "start": "DATE", "stop": "DATE"}
BY = "node, part, person"
_FAILS = -1_000_000  # outweighs any number of rules that hold


class Counting:
    """The nodes of one plan with their numbers, laid out as tables."""

    def __init__(self, session: Session, plan: Plan, sources: Sources) -> None:
        self.session = session
        self.numbers = {node: number for number, node in enumerate(plan.nodes)}
        self._sources = sources
        self._calendar: tuple[dt.date, dt.date] | None = None
        self._ranks: dict[Node, int] = {}
        for node in plan.nodes:
            self._ranks[node] = 1 + max((self._ranks[below] for below in nodes_below(node)), default=-1)
        self._windows = {window: number for number, window in enumerate(sorted({YEAR, *self._all_windows()}, key=repr))}

    def run(self, given: Collection[Node] = ()) -> None:
        """Fill `held` with every node, but for those `given`, whose rows are in table `tops`."""
        self._lay_out()
        self.session.put("held", HELD, [])
        if given:
            self.session.insert("held", "SELECT t.* FROM tops AS t JOIN affected AS a ON a.person = t.person")
        self._blocks()
        self._leaves(node for node in self.numbers if isinstance(node, Counted) and needs_amounts(node) and node not in given)
        for rank in range(max(self._ranks.values(), default=0) + 1):
            self._rank(rank)

    def run_leaves(self, nodes: Iterable[Counted]) -> None:
        """Fill `held` with these leaves alone."""
        self._lay_out()
        self.session.put("held", HELD, [])
        self._leaves(nodes)

    # Layout

    def _all_windows(self) -> Iterable[Window]:
        for node in self.numbers:
            if isinstance(node, Counted):
                yield node.window
            elif isinstance(node, Union):
                yield from (edge.keeps for edge in node.edges if edge.keeps)

    def _lay_out(self) -> None:
        feeds: dict[Feed, int] = {}
        for node in self.numbers:
            for feed in feeds_of(node):
                feeds.setdefault(feed, len(feeds))
        self.session.put("feeds", {"feed": "INTEGER", "source": "INTEGER", "since": "DATE", "until": "DATE"}, [
            (number, self._sources.number(feed.source), feed.since or dt.date.min, feed.until or LAST_DAY)
            for feed, number in feeds.items()
        ])  # fmt: skip
        self.session.put("node_feeds", {"node": "INTEGER", "feed": "INTEGER"}, [
            (number, feeds[feed]) for node, number in self.numbers.items() for feed in feeds_of(node)
        ])  # fmt: skip
        self._lay_out_choices(feeds)
        self._lay_out_calendar()
        self._lay_out_rules()

    def _lay_out_choices(self, feeds: Mapping[Feed, int]) -> None:
        """Which leaves read the same feeds in blocks of the same width: these blocks are made once."""
        leaves = {node: number for node, number in self.numbers.items() if isinstance(node, Counted | New)}
        chosen = {node: (frozenset(node.feeds), width) for node in leaves if (width := _width(node))}
        choices = {choice: number for number, choice in enumerate(dict.fromkeys(chosen.values()))}
        self.session.put("node_windows", {"node": "INTEGER", "window_id": "INTEGER", "form": "VARCHAR", "choice": "INTEGER"}, [
            (number, self._windows[node.window if isinstance(node, Counted) else YEAR], _form(node),
             choices[chosen[node]] if node in chosen else None)
            for node, number in leaves.items()
        ])  # fmt: skip
        self.session.put("choice_feeds", {"choice": "INTEGER", "feed": "INTEGER", "width": "INTEGER"}, [
            (number, feeds[feed], width) for (asked, width), number in choices.items() for feed in asked
        ])  # fmt: skip
        self.session.table("feed_widths", "SELECT DISTINCT feed, width, width * 28 AS days FROM choice_feeds")

    def _lay_out_calendar(self) -> None:
        """What each window makes of each day that occurs, and of the days on which what is kept may have been held.

        What was laid out for a longer time serves a shorter one.
        """
        ends = self.session.run(
            "SELECT min(a), max(z) FROM (SELECT min(day) AS a, max(day) AS z FROM days "
            "UNION ALL SELECT min(day), max(day) FROM keyed "
            "UNION ALL SELECT min(day), max(day) FROM staff_days) AS d"
        )[0]
        rows: list[tuple[int, dt.date, dt.date, dt.date]] = []
        if ends[0] is not None:
            if self._calendar is not None and self._calendar[0] <= ends[0] and ends[1] <= self._calendar[1]:
                return
            self._calendar = ends
            kept = {edge.keeps for node in self.numbers if isinstance(node, Union) for edge in node.edges if edge.keeps}
            reach = sum(length(window) for window in kept) + max(map(length, self._windows))
            first = dt.date.fromordinal(max(ends[0].toordinal() - reach, 1))
            last = dt.date.fromordinal(min(ends[1].toordinal() + reach, LAST_DAY.toordinal() - 1))
            for window, number in self._windows.items():
                days = (first, last) if window in kept else ends
                rows += [(number, *row) for row in seen_on(window, *days)]
        self.session.put("calendar", {"window_id": "INTEGER", "day": "DATE", "starts": "DATE", "stops": "DATE"}, rows)

    def _lay_out_rules(self) -> None:
        edges, alls = [], []
        self._parts = {name: part for part, name in self.session.run("SELECT part, name FROM parts")}
        for node, number in self.numbers.items():
            if isinstance(node, Union):
                edges += [self._edge(number, node, edge) for edge in node.edges]
            elif isinstance(node, All):
                required = len(node.holds)
                weights = dict.fromkeys(node.holds, 1) | dict.fromkeys(node.fails, _FAILS)
                alls += [(self._ranks[node], number, self.numbers[below], weight, required) for below, weight in weights.items()]
        self.session.put("edges", {
            "rank": "INTEGER", "target": "INTEGER", "source": "INTEGER",
            "keeps": "INTEGER", "since": "DATE", "until": "DATE", "whole": "BOOLEAN",
            "part": "INTEGER",
        }, edges)  # fmt: skip
        self.session.put(
            "alls", {"rank": "INTEGER", "target": "INTEGER", "source": "INTEGER", "weight": "BIGINT", "required": "BIGINT"}, alls
        )

    def _edge(self, number: int, node: Union, edge: Edge) -> tuple[object, ...]:
        keeps = self._windows[edge.keeps] if edge.keeps else None
        only = None if edge.only is None else self._parts.get(edge.only, -1)
        since, until = edge.since or dt.date.min, edge.until or LAST_DAY
        return (self._ranks[node], number, self.numbers[edge.node], keeps, since, until, edge.whole, only)

    # Computing

    def _blocks(self) -> None:
        """The leaves for which days are enough: at least one, the first one, newcomers; all in a few statements."""
        session = self.session
        session.table("blocks", render("blocks"))
        session.table("wide", render("wide"))
        ones = f"{render('ones')} UNION ALL {render('narrow')}"
        session.insert("held", render("merge", by=BY, spans=ones))
        session.insert("held", render("firsts"))
        session.insert("held", render("news", year=self._windows[YEAR]))
        session.run("DROP TABLE wide")
        session.run("DROP TABLE blocks")

    def _leaves(self, nodes: Iterable[Counted]) -> None:
        """The leaves that count amounts."""
        leaves = (Leaf(node, self.numbers[node], self._windows[node.window]) for node in nodes)
        for rows in count_leaves(self.session, leaves):
            self.session.insert("held", rows)

    def _rank(self, rank: int) -> None:
        here = [node for node, at in self._ranks.items() if at == rank]
        if any(isinstance(node, Union) for node in here):
            self.session.insert("held", render("merge", by=BY, spans=render("edges", rank=rank)))
        if any(isinstance(node, All) for node in here):
            swept = render(
                "sweep", by=f"{BY}, required", weights=render("all_weights", rank=rank), rules="",
                after="total = required", before="total - weight = required",
            )  # fmt: skip
            self.session.insert("held", f"SELECT {BY}, start, stop FROM ({swept}) AS s")
        for node in here:
            if isinstance(node, Spread):
                spread = render("spread", target=self.numbers[node], source=self.numbers[node.node])
                self.session.insert("held", f"SELECT * FROM ({spread}) AS s")
            elif isinstance(node, Staff):
                spans = render("staff", node=self.numbers[node], year=self._windows[YEAR])
                self.session.insert("held", render("merge", by=BY, spans=spans))


def _form(node: Counted | New) -> str:
    """How the leaf is computed: `new`, `one`, `first`, or by `amounts`."""
    if isinstance(node, New):
        return "new"
    if needs_amounts(node):
        return "amounts"
    return "first" if node.amount == "first" else "one"


def _width(node: Node) -> int | None:
    """How many blocks of 28 days are one block of the node; 0 where it is computed day by day, None where from amounts."""
    if isinstance(node, New):
        return block_width(YEAR) // 28
    if isinstance(node, Counted) and not needs_amounts(node):
        return 12 if node.amount == "first" else block_width(node.window) // 28
    return None
