"""Links between the pages of the documentation lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

HOUSE = Path(__file__).parents[2]
PAGES = [*HOUSE.glob("*.md"), *(page for folder in ("docs", "tests", "bench") for page in (HOUSE / folder).rglob("*.md"))]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def _slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def _anchors(page: Path) -> set[str]:
    return {_slug(line.lstrip("#")) for line in page.read_text("utf-8").splitlines() if line.startswith("#")}


def test_relative_links_lead_to_files_and_headings():
    """Each relative link names a file that is there, and a heading that the file has."""
    broken = []
    for page in PAGES:
        for target in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (page.parent / path).resolve() if path else page
            if not file.exists() or (anchor and file.suffix == ".md" and anchor not in _anchors(file)):
                broken.append(f"{page.relative_to(HOUSE)}: {target}")

    assert broken == []


def test_every_page_of_the_documentation_can_be_found():
    """Each page in docs/ is linked from another page."""
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in PAGES
        for target in LINK.findall(FENCE.sub("", page.read_text("utf-8")))
        if not re.match(r"[a-z]+:", target)
    }
    lost = [str(page.relative_to(HOUSE)) for page in (HOUSE / "docs").rglob("*.md") if page.resolve() not in linked]

    assert lost == []
