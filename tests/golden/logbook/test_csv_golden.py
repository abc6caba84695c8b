"""A table of entries and what its preview says, line by line: both files can be read by a person.

`BALOO_WRITE_GOLDEN=1` writes what is said, to be read before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from baloo.errors import InputError
from baloo.logbook.table import MOST_LINES, Line, preview
from byhand import ByHand

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ByHand]:
    """Marula, where the area Words is logged for by hand."""
    house = ByHand(tmp_path_factory.mktemp("csv") / "w")
    yield house
    house.close()


def told(lines: list[Line]) -> str:
    """What a preview says, as a text."""
    rows = []
    for line in lines:
        new = ", of somebody new" if line.stranger else ""
        also = "".join(f", beside {one.system}{' on the same link' if one.same else ''}" for one in line.already)
        rows.append(f"line {line.number}: {line.state}{new}{also}")
        rows += [f"    {fault.field}: {fault.message} {fault.remedy}".rstrip() for fault in line.faults]
    return "\n".join(rows) + "\n"


def test_each_line_says_what_is_wrong(house: ByHand):
    """Each line is new, there, twice or faulty, and each fault has its field and a remedy."""
    found = told(preview(house.book, house.words, (HERE / "entries.csv").read_text("utf-8"), who="operator tove"))

    if os.environ.get("BALOO_WRITE_GOLDEN"):
        (HERE / "preview.txt").write_text(found, "utf-8")
    assert found == (HERE / "preview.txt").read_text("utf-8")


def test_the_same_table_again_adds_nothing(tmp_path: Path):
    """After the good lines were written down, they are there, and writing them again writes nothing."""
    house, text = ByHand(tmp_path / "w"), (HERE / "entries.csv").read_text("utf-8")
    lines = preview(house.book, house.words, text, who="operator tove")
    new = [line.wanted for line in lines if line.state == "new" and line.wanted]
    kept = house.book.write(house.words, new, who="operator tove", how="file")
    house.load()
    again = [line.state for line in preview(house.book, house.words, text, who="operator tove")]
    more = house.book.write(house.words, new, who="operator tove", how="file")
    house.close()

    assert len(kept) == len(new) == 4
    assert again == ["there", "there", "there", "there", "twice", *["faulty"] * 5]
    assert more == []


@pytest.mark.parametrize(("text", "where", "says"), [
    ("", None, "no entry"), ("who,date\n", "line 1", "`type` is missing"), ("who,wen,text\n", "line 1", "none"),
    ("who,date,type,txt\n", "line 1", "no column `txt`"), ("who,date,type,text,link,locale,who\n", "line 1", "twice"),
    ('who,date,type,text,link,locale\n"a', "line 2", "not CSV"),
    ("who,date,type,text,link,locale\n1,2,3,4,5,6,7\n", "line 2", "more fields"),
    ("who,date,type,text,link,locale\n" + "a,b,c,d,e,f\n" * (MOST_LINES + 1), None, "more than 1,000"),
])
def test_what_is_no_table_is_refused_whole(house: ByHand, text: str, where: str | None, says: str):
    """A text that is no table of this area says which line, what, and what to do."""
    with pytest.raises(InputError) as raised:
        preview(house.book, house.words, text, who="operator tove")

    assert raised.value.where == where
    assert says in raised.value.message
    assert raised.value.remedy


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_tables_of_office_programs(house: ByHand, delimiter: str):
    """Semicolons, tabs, a byte-order mark and Windows' line ends are read as commas are."""
    columns = ("who", "date", "type", "text", "link", "locale")
    row = ("ama@example.org", "2026-11-09", "translation", "Translated it", "https://example.org/", "fr")
    text = "\ufeff" + "\r\n".join(delimiter.join(cells) for cells in (columns, row)) + "\r\n"

    assert [line.state for line in preview(house.book, house.words, text, who="operator tove")] == ["new"]
