"""Who meets whom: the keys of all identities, in Parquet files beside the records, so that what is new is compared with few.

A file holds keyed hashes and ids of identities and nothing that tells who somebody is; without it everything is searched again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
from arro3.core import Array, DataType, Table

from baloo.memory import give_back
from baloo.people.matching import Frequencies
from baloo.people.profiles import FEW, KINDS, STRONG, Profile, keys
from baloo.records.store import Records
from baloo.workspace import fsync_path, settling

__all__ = ["Blocks", "Index"]

_AT_ONCE = 50_000  # keys that are handed over together
_KINDS = tuple(KINDS)
_CODES = {kind: code for code, kind in enumerate(_KINDS)}
_SPACES = {kind: f"{space}:" for kind, space in KINDS.items()}
_WIDTH = 32  # identities are written as id * _WIDTH + the code of the kind

_WORDS = """
    CREATE OR REPLACE TEMP VIEW named AS
        SELECT {name} AS hash, list_distinct(string_split(name, ' ')) AS words, list(DISTINCT system) AS systems
        FROM names GROUP BY name;
    CREATE OR REPLACE TEMP VIEW words AS SELECT name, word, {word} AS hash FROM (
        SELECT hash AS name, unnest(words || flatten([
            [concat(word, '@', system) FOR word IN list_append(words, '')] FOR system IN systems
        ])) AS word FROM named)
"""  # what `counted` says of each name, once

Blocks: TypeAlias = "dict[str, dict[str, list[int]]]"


class Index:
    """The keys of identities: those added in memory, and those of earlier runs in files. `secret` keys the hashes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret.hex()
        self._written: dict[Path, Path] = {}  # where it stands until it is kept, and where then
        self._held: dict[str, Table] = {}  # what was added, which the engine reads where it stands
        self._engine = duckdb.connect(config={"threads": 2})
        self._engine.execute("ATTACH ':memory:' AS small (COMPRESS); USE small")
        self._engine.execute("CREATE VIEW old_keys AS SELECT 0::UBIGINT AS key, 0::BIGINT AS code WHERE false")
        self._engine.execute("CREATE VIEW old_words AS SELECT 0::UBIGINT AS name, 0::UBIGINT AS word WHERE false")

    @staticmethod
    def files(records: Records, edition: int, parts: int) -> list[tuple[Path, Path]] | None:
        """The files of an edition, keys and words of each part; None where one is missing, or where none are kept."""
        stem = _stem(records)
        if stem is None or not parts:
            return None
        found = [_pair(stem, edition, part) for part in range(parts)]
        return found if all(file.exists() for pair in found for file in pair) else None

    @staticmethod
    def forget(records: Records) -> None:
        """Delete all files, for somebody in them is erased: hashed or not, their keys stand beside each other there."""
        stem = _stem(records)
        for file in stem.parent.glob(f"{stem.name}-*") if stem is not None else ():
            file.unlink(missing_ok=True)

    def read(self, files: Sequence[tuple[Path, Path]]) -> None:
        """Take what earlier runs kept into account."""
        for at, table in enumerate(("old_keys", "old_words")):
            names = ", ".join("'" + str(pair[at]).replace("'", "''") + "'" for pair in files)
            self._engine.execute(f"CREATE OR REPLACE VIEW {table} AS SELECT * FROM read_parquet([{names}])")

    def write(self, records: Records, edition: int, part: int, only: Iterable[int] | None) -> None:
        """Write what was added, or of it what belongs to these identities; it is not read before `keep`."""
        stem = _stem(records)
        if stem is None:
            return
        if only is not None:
            self._ask(only)
        whose = "" if only is None else f"WHERE code // {_WIDTH} IN (SELECT identity FROM asked)"
        keys_file, words_file = _pair(stem, edition, part)
        rows = f"SELECT {self._hash('key')} AS key, code FROM keys {whose}"
        for what, file in ((rows, keys_file), ("SELECT name, hash AS word FROM words", words_file)):
            new = file.with_name(f"{file.name}.{os.getpid()}")
            self._written[new] = file
            with settling(new):
                self._engine.execute(f"COPY ({what}) TO '{_quoted(new)}' (FORMAT parquet)")
            fsync_path(new)

    def keep(self) -> None:
        """What was written is what the next run reads; files of older editions go, and what a run left that was stopped."""
        for new, file in self._written.items():
            new.replace(file)
        for file in list(self._written.values())[:1]:
            for other in file.parent.glob("people-keys-*"):
                if int(other.name.split("-")[2]) < int(file.name.split("-")[2]) or other.suffix != ".parquet":
                    other.unlink(missing_ok=True)
        self._written.clear()

    def met_by(self, whom: Iterable[int]) -> set[int]:
        """Who shared a key, in earlier runs, with one of these that were added."""
        self._ask(whom)
        strong = ", ".join(str(_CODES[kind]) for kind in _KINDS if KINDS[kind] in STRONG)
        return {row[0] for row in self._rows(f"""
            WITH mine AS (SELECT DISTINCT {self._hash("key")} AS key FROM keys
                WHERE code // {_WIDTH} IN (SELECT identity FROM asked)),
            met AS (SELECT DISTINCT key, code FROM old_keys WHERE key IN (SELECT key FROM mine)),
            few AS (SELECT key FROM met GROUP BY key HAVING count(*) <= {FEW} OR bool_or(code % {_WIDTH} IN ({strong})))
            SELECT DISTINCT code // {_WIDTH} FROM met WHERE key IN (SELECT key FROM few)
        """)}

    def _hash(self, text: str) -> str:
        return f"(md5_number('{self._secret}' || {text}) >> 64)::UBIGINT"  # as md5_number_lower, in a fifth of its time

    def _ask(self, whom: Iterable[int]) -> None:
        self._engine.register("asked", Table.from_pydict({"identity": _array(list(whom), "int64")}))

    def release(self) -> None:
        """Let go of the memory: nothing is asked any more."""
        self._engine.close()
        self._held.clear()

    def close(self) -> None:
        """Let go of everything, and of what was written and not kept."""
        self.release()
        for new in self._written:
            new.unlink(missing_ok=True)

    def add(self, profiles: Iterable[Profile]) -> None:
        """Take the keys of identities, and their full names."""
        texts: list[str] = []
        codes: list[int] = []
        names: set[tuple[str, str]] = set()
        for one in profiles:
            base = one.identity * _WIDTH
            mine = keys(one)
            texts += [_SPACES[kind] + text for kind, text in mine]
            codes += [base + _CODES[kind] for kind, _ in mine]
            names.update((key, one.system) for key, name in one.names.items() if name.spaced)
            if len(texts) > _AT_ONCE:
                self._hold("keys", key=_array(texts), code=_array(codes, "int64"))
                texts, codes = [], []
        self._hold("keys", key=_array(texts), code=_array(codes, "int64"))
        self._hold("names", name=_array([name for name, _ in names]), system=_array([system for _, system in names]))
        names.clear()
        self._engine.execute(_WORDS.format(name=self._hash("name"), word=self._hash("word")))

    def _hold(self, into: str, **columns: Any) -> None:  # noqa: ANN401 - arrays
        more: Table = Table.from_pydict(columns)
        held = self._held.get(into)
        self._held[into] = more if held is None else Table.from_batches([*held.to_batches(), *more.to_batches()])
        self._engine.register(into, self._held[into])

    def blocks(self, only: Iterable[int] | None = None) -> Blocks:
        """Kind and key to the identities that share it, of what has been added; `only` keys that one of these identities has.

        Asked of all, it is the last that is asked of the keys.
        """
        asked = ""
        if only is not None:
            self._ask(only)
            asked = f"WHERE key IN (SELECT key FROM keys WHERE code // {_WIDTH} IN (SELECT identity FROM asked))"
        several = f"min(code // {_WIDTH}) < max(code // {_WIDTH})"
        weak = ", ".join(f"'{space}'" for space in {KINDS[kind] for kind in _KINDS} - STRONG)
        self._engine.execute(f"""
            CREATE OR REPLACE TABLE shared AS SELECT key, list(code ORDER BY code) AS codes FROM keys
            WHERE hash(key) IN (SELECT hash(key) FROM keys {asked} GROUP BY ALL HAVING {several}) GROUP BY key
            HAVING {several}
                AND (NOT starts_with(key, 'handle:') OR bool_or(code % {_WIDTH} IN ({_CODES["joint"]}, {_CODES["stem"]})))
                AND (count(*) <= {FEW} OR split_part(key, ':', 1) NOT IN ({weak}))
        """)
        if only is not None:  # of those who had a key that many have not all were added
            weakly = f"split_part(key, ':', 1) IN ({weak})"
            self._engine.execute(f"""
                DELETE FROM shared WHERE {weakly} AND {self._hash("key")} IN (
                    SELECT key FROM old_keys WHERE key IN (SELECT {self._hash("key")} FROM shared WHERE {weakly})
                    GROUP BY key HAVING count(DISTINCT code) > {FEW})
            """)
        if only is None:
            self._engine.unregister("keys")  # nothing else is asked of them, and they are large
            del self._held["keys"]
            give_back()
        rows = self._rows("SELECT key, codes FROM shared")
        found: list[dict[str, list[int]]] = [{} for _ in _KINDS]
        for key, members in rows:
            text = key.partition(":")[2]
            for code in members:
                of = found[code % _WIDTH]
                if text in of:
                    of[text].append(code // _WIDTH)
                else:
                    of[text] = [code // _WIDTH]
        return dict(zip(_KINDS, found, strict=True))

    def frequencies(self) -> Frequencies:
        """In how many full names, in all and by system, each word is that stands in one of those added; of earlier runs, too."""
        total = self._one("SELECT count(*) FROM (SELECT hash FROM named UNION SELECT name FROM old_words)")
        often = Frequencies(int(total))
        often.words.update(dict(self._rows("""
            WITH mine AS (SELECT word, hash, count(*) AS names FROM words GROUP BY ALL),
            before AS (
                SELECT word AS hash, count(DISTINCT name) AS names FROM old_words
                WHERE word IN (SELECT hash FROM mine) AND (name, word) NOT IN (SELECT (name, hash) FROM words) GROUP BY word)
            SELECT word, mine.names + coalesce(before.names, 0) AS total FROM mine LEFT JOIN before USING (hash)
            WHERE total > 1 OR NOT contains(word, '@')
        """)))
        return often

    def _rows(self, sql: str) -> Iterator[tuple[Any, ...]]:
        done = self._engine.execute(sql)
        while rows := done.fetchmany(50_000):
            yield from rows

    def _one(self, sql: str) -> Any:  # noqa: ANN401 - a value of the engine
        row = self._engine.execute(sql).fetchone()
        return row[0] if row else None


def _array(values: Sequence[Any], kind: str = "string") -> Array:
    return Array(values, type=getattr(DataType, kind)())


def _stem(records: Records) -> Path | None:
    """Where the files of these records are, without edition and part; nowhere where the records are no file."""
    url = records.engine.url
    return Path(url.database).with_name("people-keys") if url.drivername.startswith("sqlite") and url.database else None


def _pair(stem: Path, edition: int, part: int) -> tuple[Path, Path]:
    return stem.with_name(f"{stem.name}-{edition}-{part}.parquet"), stem.with_name(f"{stem.name}-{edition}-{part}-words.parquet")


def _quoted(file: Path) -> str:
    return str(file).replace("'", "''")
