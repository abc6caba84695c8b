"""Active people over time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from baloo.charts import Mark, Picture, TrendPoint, trend
from baloo.metrics.answers import Row
from baloo.web.figures.figure import Figure, Note
from baloo.web.scene import Scene
from baloo.web.scope import Scope
from baloo.web.tables import Cell, Column, Table

__all__ = ["active", "passed"]

_YEARS = 5
_IN_SIGHT = 0.75  # the share of the target from which on it is the finding
_QUARTERS = (25, 50, 75, 100, 125, 150, 200)  # percent of the target at which a line may stand


def active(scene: Scene, scope: Scope) -> Figure:
    """The counts of the last five years, week by week."""
    start = scene.as_of - dt.timedelta(weeks=52 * _YEARS + 1)
    rows = _begun(scene.weeks(scope, start))
    notes = _rule_changes(scene, scope, rows)
    words = scene.words
    first, last = (rows[0], rows[-1]) if rows else (None, None)
    ahead = scene.weeks_ahead(scope) if len(rows) > 1 else ()
    told = {
        "scope": scope.title,
        "first": scene.shown(first.value if first else None), "last": scene.shown(last.value if last else None),
        "start": words.month(first.day if first else scene.as_of), "end": words.month(last.day if last else scene.as_of),
    }
    return Figure(
        slug=scope.slug("active"),
        title=_title(scene, scope, rows),
        text=_text(scene, rows, told) + _told_ahead(scene, ahead),
        label=words("trend-label", **told),
        subject=words("trend-subject", scope=scope.title),
        table=_table(scene, scope, rows, ahead),
        start=first.day if first else start,
        end=ahead[-1].day if ahead else scene.as_of,
        picture=_picture(scene, scope, rows, notes, ahead) if len(rows) > 1 and _shown(scene, rows) else None,
        notes=tuple(note for _, note in notes),
    )


def passed(rows: Sequence[Row], target: int) -> dt.date | None:
    """The day from which the count has never been under the target since; None where it is under it now."""
    since = None
    for row in reversed(rows):
        if (row.value or 0) < target:
            break
        since = row.day
    return since


def _text(scene: Scene, rows: Sequence[Row], told: Mapping[str, str]) -> str:
    if not rows:
        return scene.words("trend-empty")
    if not _shown(scene, rows):
        return scene.words("few-kept", k=scene.few.k)
    return scene.words("trend-text", **told)


def _shown(scene: Scene, rows: Sequence[Row]) -> bool:
    """Whether a row has people whose number is not kept."""
    return any(row.value and not scene.hides(row.value) for row in rows)


def _told_ahead(scene: Scene, ahead: Sequence[Row]) -> str:
    """What the dots say, as a sentence to go on with; nothing where there are none."""
    if not ahead:
        return ""
    half, year = ahead[len(ahead) // 2 - 1], ahead[-1]
    return " " + scene.words(
        "trend-ahead", half=scene.shown(half.value), first=scene.words.month(half.day), year=scene.shown(year.value),
        last=scene.words.month(year.day), left=year.value or 0,
    )


def _table(scene: Scene, scope: Scope, rows: Sequence[Row], ahead: Sequence[Row]) -> Table:
    words = scene.words
    columns = (Column("week_to", words("column-week")), Column("people", words("column-people"), number=True))
    cells = [(scene.day(row.day), scene.cell(row.value)) for row in (*reversed(ahead), *reversed(rows))]
    if not ahead:
        return Table(words("trend-caption", scope=scope.title), columns, tuple(cells))
    kinds = [Cell(words("row-ahead"), "ahead")] * len(ahead) + [Cell(words("row-counted"), "counted")] * len(rows)
    return Table(
        words("trend-caption", scope=scope.title), (*columns, Column("kind", words("column-ahead"))),
        tuple((*row, kind) for row, kind in zip(cells, kinds, strict=True)),
    )


def _begun(rows: Sequence[Row]) -> list[Row]:
    """The rows from the first that counts anybody."""
    begin = next((i for i, row in enumerate(rows) if row.value), len(rows))
    return list(rows[begin:])


def _title(scene: Scene, scope: Scope, rows: Sequence[Row]) -> str:
    words, now = scene.words, rows[-1].value if rows else None
    if now is None or scene.hides(now):
        return words("trend-title-plain", scope=scope.title)
    if scope.target and now >= scope.target * _IN_SIGHT:
        since = passed(rows, scope.target)
        number = words.number(scope.target)
        if since is None:
            return words("trend-title-short", n=scope.target - now, target=number, form=scope.form, scope=scope.title)
        always = since == rows[0].day
        name = "trend-title-always" if always else "trend-title-passed"
        return words(name, target=number, month=words.month(since), form=scope.form, scope=scope.title)
    then = scene.people(scope, as_of=scene.year_ago)
    if not then or scene.hides(then):
        return words("trend-title-plain", scope=scope.title)
    if then == now:
        return words("trend-title-same")
    return words("trend-title-more" if now > then else "trend-title-fewer", n=abs(now - then))


def _points(scene: Scene, rows: Sequence[Row]) -> list[TrendPoint]:
    return [TrendPoint(row.day, None if scene.hides(row.value) else row.value, row.provisional) for row in rows]


def _picture(
    scene: Scene, scope: Scope, rows: Sequence[Row], notes: Sequence[tuple[dt.date, Note]], ahead: Sequence[Row],
) -> Picture:
    words, points = scene.words, _points(scene, rows)
    known = [p for p in points if p.value is not None]
    then = scene.people(scope, as_of=scene.year_ago)
    ago = end = None
    if then and not scene.hides(then) and rows[0].day < scene.year_ago:
        number = words.number(then)
        ago = Mark(words("trend-ago", number=number), scene.year_ago, then, number)
    if known:
        end = Mark(words.number(known[-1].value or 0), known[-1].day, known[-1].value)
    return trend(
        points, targets=_targets(scene, scope, max((p.value or 0 for p in points), default=0)),
        notes=[Mark(note.text, day) for day, note in notes], year_ago=ago, end=end, ahead=_points(scene, ahead),
    )


def _targets(scene: Scene, scope: Scope, top: int) -> list[Mark]:
    """The target where it is in reach of the drawing, and the next quarter of it above the highest count."""
    if not scope.target:
        return []
    lines = {share: round(scope.target * share / 100) for share in _QUARTERS}
    above = next((share for share, value in lines.items() if value > top), None)
    chosen = {share for share in (100, above) if share is not None and lines[share] <= max(top, 1) * 2}
    return [
        Mark(scene.words("trend-target", number=scene.words.number(lines[share]), share=share), value=lines[share],
             short=scene.words.number(lines[share]))
        for share in sorted(chosen)
    ]


def _rule_changes(scene: Scene, scope: Scope, rows: Sequence[Row]) -> list[tuple[dt.date, Note]]:
    """A note for each day in the drawing on which the area's rule changed."""
    if scope.form not in {"area", "part"} or not rows:
        return []
    point = next((p for p in scene.registry.pathway_of(scope.id) if p.level == "active"), None)
    if point is None:
        return []
    words = scene.words
    return [
        (version.since, Note(
            words.day(version.since), words("trend-note-rule"), f"/definitions/{scope.id}/{point.id}", words("trend-note-link"),
        ))
        for version in point.versions[1:]
        if version.since and rows[0].day < version.since <= scene.as_of
    ]
