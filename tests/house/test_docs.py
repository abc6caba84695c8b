"""The generated pages are what the code says now."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

HOUSE = Path(__file__).parents[2]


def test_generated_pages_are_up_to_date():
    """Each page that `make docs` writes is what it would write now."""
    spec = importlib.util.spec_from_file_location("generate", HOUSE / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)

    stale = [page.name for page, text in generate.pages().items() if page.read_text("utf-8") != text]

    assert stale == []


def test_alerts_ask_for_metrics_that_there_are():
    """Each metric that the how-to names in a query or in a sentence is one of the reference."""
    named = set(re.findall(r"\bbaloo_[a-z_]+\b", (HOUSE / "docs" / "how-to" / "monitor.md").read_text("utf-8")))
    known = set(re.findall(r"`(baloo_[a-z_]+)`", (HOUSE / "docs" / "reference" / "metrics.md").read_text("utf-8")))

    assert {name.removesuffix("_bucket") for name in named} <= known
    assert len(named) > 5
