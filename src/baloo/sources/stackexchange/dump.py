"""The public data dump of a Stack Exchange site: `Posts.xml`, `Comments.xml`, `Users.xml`, as they lie in its archive."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat  # a document type, and so every entity, is refused

from baloo.errors import InputError
from baloo.sources.recipe import Record

__all__ = ["parse"]

_BLOCK = 1 << 20  # bytes
_ARCHIVE = b"7z\xbc\xaf"
_QUESTION, _ANSWER = "1", "2"
_Row = dict[str, str]


def parse(file: Path) -> Iterator[Record]:
    """What the rows of one file say. Whose post a comment is on stands in `Posts.xml` beside it.

    Raises InputError where the file is none of these, or damaged; what stands before is given.
    """
    readers: dict[str, Callable[[Iterator[_Row], Path], Iterator[Record]]] = {
        "posts": _posts, "comments": _comments, "users": _users,
    }  # fmt: skip
    rows = _rows(file)
    kind = next(rows)["the root"]
    if kind not in readers:
        raise InputError(f"Of a dump, `{kind}` is not read.", where=str(file), remedy="Give Posts.xml, Comments.xml, Users.xml.")
    return readers[kind](rows, file)


def _posts(rows: Iterator[_Row], _file: Path) -> Iterator[Record]:
    """Questions and answers. They stand in the order of their numbers, so a question comes before its answers."""
    askers, accepted = array("q"), array("b")
    for row in rows:
        number, owner = int(row["Id"]), _person(row, "OwnerUserId")
        if row["PostTypeId"] == _QUESTION:
            _put(askers, number, int(owner or 0))
            if answer := int(row.get("AcceptedAnswerId") or 0):
                _put(accepted, answer, 1)
        if owner is None:
            continue
        at: Record = {"at": _at(row), "account": owner}
        if row["PostTypeId"] == _QUESTION:
            yield at | {"type": "question", "key": f"question {number}", "path": f"q/{number}", "number": number}
        elif row["PostTypeId"] == _ANSWER:
            question = int(row["ParentId"])
            asker = askers[question] if question < len(askers) else 0
            at |= {"path": f"a/{number}", "number": question, "author": str(asker) if asker else None}
            yield at | {"type": "answer", "key": f"answer {number}"}
            if number < len(accepted) and accepted[number]:
                yield at | {"type": "accepted", "key": f"accepted {number}"}


def _comments(rows: Iterator[_Row], file: Path) -> Iterator[Record]:
    owners = _owners(file.with_name("Posts.xml"))
    for row in rows:
        if who := _person(row, "UserId"):
            number, post = row["Id"], int(row["PostId"])
            owner = owners[post] if post < len(owners) else 0
            yield {"type": "comment", "key": f"comment {number}", "at": _at(row), "account": who, "number": post,
                   "path": f"posts/comments/{number}", "author": str(owner) if owner else None}


def _users(rows: Iterator[_Row], _file: Path) -> Iterator[Record]:
    for row in rows:
        if who := _person(row, "Id"):
            yield {"type": "joined", "key": f"joined {who}", "at": _at(row), "account": who, "name": row.get("DisplayName"),
                   "path": f"users/{who}"}


def _owners(file: Path) -> array[int]:
    """Whose each post is, by its number; nothing where the file is not there."""
    owners = array("q")
    if file.exists():
        rows = _rows(file)
        next(rows)
        for row in rows:
            _put(owners, int(row["Id"]), int(_person(row, "OwnerUserId") or 0))
    return owners


def _rows(file: Path) -> Iterator[_Row]:
    """The name of the root, as `the root`, then the attributes of each row."""
    found: list[_Row] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda tag, attributes: found.append(attributes if tag == "row" else {"the root": tag})
    parser.StartDoctypeDeclHandler = _refuse
    try:
        with file.open("rb") as stream:
            block = stream.read(_BLOCK)
            if block.startswith(_ARCHIVE):
                raise InputError("This is an archive.", where=str(file), remedy="Unpack it, by `7z x FILE`, and give its files.")
            while block:
                parser.Parse(block)
                yield from found
                found.clear()
                block = stream.read(_BLOCK)
            parser.Parse(b"", True)
    except FileNotFoundError as error:
        raise InputError("There is no such file.", where=str(file)) from error
    except (expat.ExpatError, KeyError) as error:
        said = f"This is no XML of a dump: {error}."
        raise InputError(said, where=str(file), remedy="What stands before was taken in. Fetch it again.") from error


def _refuse(*_: object) -> None:
    raise expat.ExpatError("a document type, which no dump has")


def _put(numbers: array[int], place: int, value: int) -> None:
    """Set one number of a row of them, which grows as long as it must be."""
    missing = place + 1 - len(numbers)
    if missing > 0:
        numbers.frombytes(bytes(missing * numbers.itemsize))
    numbers[place] = value


def _person(row: _Row, field: str) -> str | None:
    """An account that is somebody's; the site's own has the number -1, and who is gone has none."""
    number = row.get(field)
    return number if number and int(number) > 0 else None


def _at(row: _Row) -> str:
    """UTC, to the second, as the API has it."""
    return row["CreationDate"][:19] + "Z"
