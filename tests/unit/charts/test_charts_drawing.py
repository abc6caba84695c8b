"""Pictures to drawings and files."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
import zlib

import pytest

from baloo.charts import (
    About,
    Band,
    Bar,
    Mark,
    Period,
    Picture,
    TrendPoint,
    churn,
    draw,
    flows,
    funnel,
    png_file,
    sparkline,
    svg_file,
    trend,
)
from baloo.charts.compile import CHARTS, SIZES, compiled, written_down
from baloo.charts.drawing import specification
from baloo.charts.lite import lite_file
from baloo.charts.picture import Kind, Size

_DAY = dt.date(2024, 1, 7)
_POINTS = [TrendPoint(_DAY + dt.timedelta(weeks=n), 100 + n) for n in range(120)]
_ABOUT = About("Growth & <more>", "A hundred and more", "2024 to 2026", "registry 0", "CC0-1.0", "/charts/active", "Baloo")


def _trend() -> Picture:
    return trend(
        _POINTS, targets=[Mark("200 · the target", value=200, short="200")], notes=[Mark("A note", day=dt.date(2025, 1, 1))],
        year_ago=Mark("167 a year ago", _POINTS[67].day, 167, "167"), end=Mark("219", _POINTS[-1].day, 219),
    )


_PICTURES = {
    "trend": _trend(),
    "funnel": funnel([Bar("First", 30, "30"), Bar("Regular", 10, "10", "33 in 100", counted=True)]),
    "flows": flows([
        Band("Support", "Support", 200, "200", "stayed"), Band("Documentation and translation", "Support", 20, "20", "came"),
        Band("nowhere", "Support", 50, "50", "appeared"), Band("Support", "gone quiet", 90, "90", "quiet"),
    ], "Support", "290", "270"),
    "churn": churn([Period(("Q1", "2026"), 5, 2, 3), Period(("Q2",), 6, 1, 9)], ("joined", "returned", "left")),
}


@pytest.mark.parametrize("size", ["wide", "narrow"])
@pytest.mark.parametrize("kind", list(_PICTURES))
def test_a_drawing_keeps_the_strict_policy(kind: str, size: Size) -> None:
    """An inline drawing has no style, class, font or script of its own, and names colours instead of values."""
    svg = draw(_PICTURES[kind], size).inline(size, "What it shows", "figure")
    body = svg.partition("</title>")[2]

    assert not re.search(r" (style|class|font-family|onload)=|<style|<script|#[0-9a-f]{6}", body)
    assert "var(--" in body
    ET.fromstring(svg)  # noqa: S314 - our own drawing


def test_a_trend_goes_on_as_dots() -> None:
    """What lies ahead begins at the last point, and the number for now makes room for it."""
    ahead = [TrendPoint(_POINTS[-1].day + dt.timedelta(weeks=n), 219 - 4 * n) for n in range(1, 53)]
    picture = trend(_POINTS, end=Mark("219", _POINTS[-1].day, 219), ahead=ahead)

    assert [row["v"] for row in picture.data["ahead"]] == [219, *(point.value for point in ahead)]
    assert (len(picture.data["end_above"]), len(picture.data["end_beside"])) == (1, 0)
    assert draw(picture, "wide").body.count("stroke-dasharray") == 1
    assert ">219<" in draw(picture, "narrow").body


def test_a_trend_says_its_words() -> None:
    """Target, note, year-ago and end labels stand in the wide drawing; the narrow one has the short ones."""
    wide, narrow = draw(_trend(), "wide").body, draw(_trend(), "narrow").body

    assert all(f">{text}<" in wide for text in ("200 · the target", "1", "167 a year ago", "219"))
    assert ">200<" in narrow
    assert "the target" not in narrow


def test_flows_add_up_on_both_sides() -> None:
    """Each side's bands fill its places: who stayed and left is the left one, who stayed and came the right one, at one scale."""
    data = _PICTURES["flows"].data
    wide = {(row["i"], row["x"]): row["y2"] - row["y"] for row in data["bands"]}
    area = {node["x"]: node["y2"] - node["y"] for node in data["nodes"] if node["y"] == 0}

    assert area[0] == pytest.approx(wide[0, 0] + wide[3, 0])
    assert area[1] == pytest.approx(wide[0, 1] + wide[1, 1] + wide[2, 1])
    assert area[0] / area[1] == pytest.approx(290 / 270)
    assert max(node["y2"] for node in data["nodes"]) <= 420


def test_flows_shorten_names_that_have_no_room() -> None:
    """A long name is cut in the drawing, with a sign; its number is whole."""
    wide, narrow = (draw(_PICTURES["flows"], size).body for size in ("wide", "narrow"))

    assert "Documentation and t\u2026  20" in wide
    assert ">Documentati\u2026<" in narrow
    assert ">20<" in narrow


def test_a_trend_begins_at_zero_and_leaves_gaps() -> None:
    """The axis begins at zero, and an unknown number parts the line in two."""
    points = [TrendPoint(p.day, None if 40 < n < 60 else p.value) for n, p in enumerate(_POINTS)]
    body = draw(trend(points), "wide").body
    line = max(re.findall(r'<path d="([^"]*)" stroke="var\(--c1\)"', body), key=len)

    assert line.count("M") == 2
    assert ">0<" in body


def test_days_stay_where_they_are_in_every_time_zone() -> None:
    """A day is drawn by its UTC date: the drawing is the same west of Greenwich."""
    code = (
        "import datetime as dt; from baloo.charts import TrendPoint, draw, trend;"
        "print(draw(trend([TrendPoint(dt.date(2024, 1, 1), 1), TrendPoint(dt.date(2025, 1, 1), 2)]), 'wide').body)"
    )
    drawn = {
        zone: subprocess.run([sys.executable, "-c", code], env={"TZ": zone}, capture_output=True, text=True, check=True).stdout
        for zone in ("UTC", "America/Los_Angeles")
    }

    assert drawn["UTC"] == drawn["America/Los_Angeles"]


def test_a_hint_is_dashed() -> None:
    """What may still change is drawn in dashes, from the last firm point on."""
    points = [*_POINTS, TrendPoint(_POINTS[-1].day + dt.timedelta(weeks=1), 230, provisional=True)]

    assert 'stroke-dasharray="2,5"' in draw(trend(points), "wide").body


def test_a_file_stands_alone() -> None:
    """An SVG file has values for colours, its words escaped, and says what it is, whose, and under which licence."""
    svg = svg_file(draw(_trend(), "wide"), _ABOUT)
    root = ET.fromstring(svg)  # noqa: S314 - our own drawing
    found = {e.tag.rpartition("}")[2]: e.text for e in root.iter() if "purl.org" in e.tag}

    assert "var(--" not in svg
    assert found["title"] == "Growth & <more>"
    assert (found["rights"], found["coverage"], found["source"]) == ("CC0-1.0", "2024 to 2026", "/charts/active")


def test_a_png_says_what_it_is() -> None:
    """A PNG carries title, licence and source as texts, in chunks that are whole."""
    png = png_file(draw(_trend(), "wide"), _ABOUT)
    texts, at = {}, 8
    while at < len(png):
        size, kind = int.from_bytes(png[at:at + 4]), png[at + 4:at + 8]
        body = png[at + 8:at + 8 + size]
        assert zlib.crc32(kind + body) == int.from_bytes(png[at + 8 + size:at + 12 + size])
        if kind == b"iTXt":
            key, _, rest = body.partition(b"\0")
            texts[key.decode()] = rest[4:].decode()
        at += 12 + size

    assert png.startswith(b"\x89PNG")
    assert (texts["Title"], texts["Copyright"], texts["Source"]) == ("Growth & <more>", "CC0-1.0", "/charts/active")


def test_a_sparkline_needs_two_numbers() -> None:
    """Two numbers make a line that ends in a dot; one makes nothing."""
    assert sparkline([1, None]) == ""
    assert sparkline([1, None, 5]).count("<circle") == 1


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("kind", list(CHARTS))
def test_the_specifications_are_what_altair_makes(kind: Kind, size: Size) -> None:
    """The Vega files are the charts of today: where this fails, `python -m baloo.charts.compile` writes them anew."""
    kept = specification(kind, size).read_text(encoding="utf-8")

    assert compiled(kind, size) == kept


@pytest.mark.parametrize("kind", list(CHARTS))
def test_the_files_for_programs_are_what_altair_makes(kind: Kind) -> None:
    """The Vega-Lite files are the charts of today, in names of colours."""
    assert json.loads(lite_file(kind).read_text(encoding="utf-8")) == written_down(kind, "wide")


def test_words_are_never_measured() -> None:
    """No specification hands Vega a text to lay out, which would take 1 ms a label; the words wait in descriptions."""
    for size in SIZES:
        for kind in CHARTS:
            vega = json.loads(specification(kind, size).read_text(encoding="utf-8"))
            places = [m["encode"]["update"] for m in vega["marks"] if m["type"] == "text"]
            places += [axis["encode"]["labels"]["update"] for axis in vega.get("axes", ()) if axis.get("labels", True)]

            assert places
            assert all(place["text"] == {"value": ""} and "description" in place for place in places), (kind, size)


def test_words_arrive_as_they_are() -> None:
    """Signs of markup, quotation marks and several lines reach the drawing, and nothing of them reaches its markup."""
    drawn = draw(churn([Period(("<Q1> & 'so'", 'say "2026"'), 5, 2, 3)], ("a", "b", "c")), "wide").body
    lines = [e.text for e in ET.fromstring(f"<svg>{drawn}</svg>").iter("tspan")]  # noqa: S314 - our own drawing

    assert lines == ["<Q1> & 'so'", 'say "2026"']


def test_the_libraries_wait_for_the_first_figure() -> None:
    """Describing a picture loads neither Altair nor vl-convert; drawing it does without Altair."""
    code = (
        "import sys; from baloo.charts import Bar, draw, funnel; picture = funnel([Bar('a', 1, '1')]);"
        "early = {'altair', 'vl_convert'} & set(sys.modules); draw(picture, 'wide');"
        "print(sorted(early), 'altair' in sys.modules, 'vl_convert' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said == "[] False True\n"
