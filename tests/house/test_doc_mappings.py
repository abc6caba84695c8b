"""The mappings that the documentation shows are mappings."""

from __future__ import annotations

import re
from pathlib import Path

import jsonschema_rs
import pytest

from baloo.registry import schemas
from baloo.registry._yaml import parse_source
from baloo.registry.built_in import built_in_mappings
from baloo.registry.model import Kind, System

DOCS = Path(__file__).parents[2] / "docs"
FENCE = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
SHOWN = [
    (f"{page.stem}-{place}", block)
    for page in sorted(DOCS.rglob("*.md"))
    for place, block in enumerate(FENCE.findall(page.read_text("utf-8"))) if re.search(r"^mapping:", block, re.MULTILINE)
]  # fmt: skip


@pytest.mark.parametrize("block", [block for _, block in SHOWN], ids=[name for name, _ in SHOWN])
def test_a_shown_mapping_is_valid(block: str):
    """Each block of YAML that begins a mapping satisfies the published schema."""
    said: list[object] = []
    source = parse_source(block, "shown.yaml", said.append)

    assert said == []
    assert source is not None
    assert [error.message for error in jsonschema_rs.validator_for(schemas()["mapping"]).iter_errors(source.data)] == []


def test_each_kind_of_github_s_is_documented():
    """The page names every kind that the built-in mapping knows."""
    text = (DOCS / "reference" / "protocols" / "github.md").read_text("utf-8")
    kinds = {name: Kind(name, name) for name in re.findall(r"`((?:git|github)\.[a-z-]+)`", text)}
    system = System("code", "Code", kinds)

    assert all(rule.fields for rule in built_in_mappings({"code": system})["github", "code"].rules)
