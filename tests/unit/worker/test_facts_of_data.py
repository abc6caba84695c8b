"""What the data at hand says of a registry."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

from baloo.registry import check
from baloo.worker.facts import data_facts
from house import House

SYSTEM = "system: {0}\nowner: o@example.org\nkinds: {{{0}.did: {{title: Did, schema: contribution}}}}\n"


def test_of_what_has_not_come_nothing_is_said(tmp_path: Path) -> None:
    """Data of one system shows a test of its own that matches nothing, and says nothing of a system without any."""
    house = House(tmp_path / "workspace", dt.date(2024, 6, 30))
    registry = house.workspace.registry
    (registry / "community.yaml").write_text("community: marula\n", "utf-8")
    for name in ("forum", "wiki"):
        (registry / "systems" / f"{name}.yaml").write_text(SYSTEM.format(name), "utf-8")
        text = f"area: {name}\nowner: o@example.org\ncounts: [{{system: {name}, where: {{locale: fr}}}}]\n"
        (registry / "areas" / f"{name}.yaml").write_text(text, "utf-8")
    house.open()
    house.send(json.dumps({
        "schema": "contribution", "version": 1, "at": "2024-06-01T10:00:00Z", "system": "forum", "kind": "forum.did",
        "actor": {"account": "ama"}, "extra": {"locale": "de"}}))
    house.load()
    house.close()

    assert [(p.file, p.slug) for p in check(registry, data_facts(house.workspace))] == [("areas/forum.yaml", "matches-nothing")]
