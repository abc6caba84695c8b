"""Looks for words in every file of a workspace, each opened by its format: what it holds, and what is left of what it held."""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote_plus

import duckdb
from pysqlite3 import dbapi2 as sqlite3

__all__ = ["Scanner"]


class Scanner:
    """Finds words, whatever their case and composition, escaped or not, in files of any of our formats.

    A word stands by itself: `ama` is not found in `amaze`. Short ones are looked for in the values of rows, not in bytes.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = sorted({fold(word) for word in words})
        self._patterns = {word: re.compile(rf"(?<![^\W_]){re.escape(word)}(?![^\W_])") for word in self.words}

    def scan(self, root: Path) -> dict[str, set[str]]:
        """The words that stand in each file under a folder, with its path; files without any are left out.

        A file that a running server deletes meanwhile says nothing any more.
        """
        found: dict[str, set[str]] = {}
        for file in sorted(path for path in root.rglob("*") if path.is_file()):
            try:
                words = {word for text in self._texts(file, file.read_bytes()) for word in self.within(text)}
            except FileNotFoundError:
                continue
            if words:
                found[file.relative_to(root).as_posix()] = words
        return found

    def _texts(self, file: Path, data: bytes) -> Iterator[str]:
        """All that a file says: its bytes as text, and what its format makes of them."""
        yield from decoded(data)
        if data[:2] == b"\x1f\x8b":
            yield from self._texts(file, gzip.decompress(data))
        elif data[:4] == b"PAR1":
            yield from parquet(file)
        elif data[:15] == b"SQLite format 3":
            yield from sqlite(file)
        elif data[257:262] == b"ustar":
            with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                for member in archive:
                    inner = archive.extractfile(member)
                    yield from decoded(inner.read()) if inner else ()

    def within(self, text: str) -> set[str]:
        """The words that stand in a text."""
        folded = fold(text)
        return {word for word, pattern in self._patterns.items() if word in folded and pattern.search(folded)}


def fold(text: str) -> str:
    """A text as it is compared."""
    return unicodedata.normalize("NFC", text).casefold()


def decoded(data: bytes) -> Iterator[str]:
    """Bytes as text in the encodings that a file may have: as they are, and with the escapes of JSON and of addresses undone."""
    for encoding in ("utf-8", "utf-16-le"):
        text = data.decode(encoding, "ignore")
        yield text
        if "\\u" in text or "\\/" in text:
            yield re.sub(r"\\u([0-9a-fA-F]{4})", lambda hit: chr(int(hit[1], 16)), text).replace("\\/", "/")
        if "%" in text or "+" in text:
            yield unquote_plus(text)


def parquet(file: Path) -> Iterator[str]:
    """The values of a Parquet file, and its statistics and other metadata."""
    with duckdb.connect() as engine:
        for what in ("read_parquet($1)", "parquet_metadata($1)", "parquet_kv_metadata($1)", "parquet_schema($1)"):
            rows = engine.execute(f"SELECT * FROM {what}", [str(file)])
            while part := rows.fetchmany(5_000):
                for row in part:
                    yield from decoded("\n".join(str(value) for value in row if value is not None).encode())


def sqlite(file: Path) -> Iterator[str]:
    """The rows of a SQLite file, as whoever opens it finds them. Its pages, free ones too, and its log are read as bytes too."""
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    try:
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            for row in connection.execute(f'SELECT * FROM "{table}"'):
                for value in row:
                    if isinstance(value, bytes):
                        yield from decoded(value)
                    elif value is not None:
                        yield from decoded(str(value).encode())
    finally:
        connection.close()
