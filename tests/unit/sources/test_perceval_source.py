"""Perceval's items as a source: each in an envelope that names the mapping of its backend."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from baloo.sources.perceval import PercevalSource

GIT: dict[str, Any] = {
    "backend_name": "Git", "backend_version": "1.0.0", "category": "commit", "origin": "https://git.example.org/marula",
    "perceval_version": "1.0.0", "tag": "https://git.example.org/marula", "timestamp": 1718878502.5, "updated_on": 1718878502.0,
    "uuid": "2a6d9c5e1c0f4c7d9b1a", "data": {"Author": "Ama <ama@example.org>", "commit": "c0ffee"},
}  # fmt: skip
GITHUB = GIT | {"backend_name": "GitHub", "category": "issue"}


def _lines(*items: object) -> bytes:
    return "".join(json.dumps(item) + "\n" for item in items).encode()


def _envelopes(file: Path, done: int = 0) -> list[Any]:
    return [json.loads(line) for chunk in PercevalSource(file).chunks(done) for line in chunk.body.split(b"\n")]


@pytest.mark.parametrize("pack", [
    lambda items: _lines(*items), lambda items: gzip.compress(_lines(*items)), lambda items: json.dumps(items).encode(),
    lambda items: json.dumps(items, indent=4).encode(),
], ids=["lines", "gzip", "an array", "an array over lines"])  # fmt: skip
def test_each_item_names_its_backend_s_mapping(pack: Callable[[list[Any]], bytes], tmp_path: Path):
    """The item is the payload, as it is."""
    file = tmp_path / "items.json"
    file.write_bytes(pack([GIT, GITHUB]))

    assert _envelopes(file) == [{"mapping": "perceval:Git", "payload": GIT}, {"mapping": "perceval:GitHub", "payload": GITHUB}]


def test_a_backend_may_have_a_mapping_of_another_name(tmp_path: Path):
    """Of the names that are given; the file is another input then."""
    file = tmp_path / "items.json"
    file.write_bytes(_lines(GIT, GITHUB))
    source = PercevalSource(file, {"Git": "Git of code"})
    (chunk,) = source.chunks(0)

    assert [json.loads(line)["mapping"] for line in chunk.body.split(b"\n")] == ["perceval:Git of code", "perceval:GitHub"]
    assert source.key != PercevalSource(file).key


def test_where_items_of_a_built_in_mapping_belong_is_asked(tmp_path: Path):
    """Once for each backend that was met and of whose mapping nobody said which system it is for."""
    file = tmp_path / "items.json"
    file.write_bytes(_lines(GIT, GIT, {"no": "item"}))
    source = PercevalSource(file, {}, {"Git", "GitLab"})
    list(source.chunks(0))

    assert source.notes() == ["The mapping of `Git` is built in: say by --system of which system the items are."]


def test_one_item_over_several_lines_is_one(tmp_path: Path):
    """As Perceval writes it without `--json-line`."""
    file = tmp_path / "item.json"
    file.write_text(json.dumps(GIT, indent=4, sort_keys=True), "utf-8")

    assert _envelopes(file) == [{"mapping": "perceval:Git", "payload": GIT}]


def test_what_is_no_item_goes_to_the_door_as_it_is(tmp_path: Path):
    """Which says what is wrong with it."""
    file = tmp_path / "items.json"
    file.write_bytes(_lines(GIT, {"test": "hello"}) + b'{"backend_name": 7, "data": 1}\n{"backend_name": "Git", "da\n')
    bodies = [line for chunk in PercevalSource(file).chunks(0) for line in chunk.body.split(b"\n")]

    assert bodies[1:] == [b'{"test": "hello"}', b'{"backend_name": 7, "data": 1}', b'{"backend_name": "Git", "da']


def test_a_run_goes_on_where_it_stopped(tmp_path: Path):
    """What is behind it is not sent again."""
    file = tmp_path / "items.json"
    file.write_bytes(_lines(GIT, GITHUB))
    (chunk,) = PercevalSource(file).chunks(0)

    assert [envelope["mapping"] for envelope in _envelopes(file, 1)] == ["perceval:GitHub"]
    assert (chunk.done, chunk.first_line) == (2, 1)
    assert PercevalSource(file).key.startswith("perceval:events:")
