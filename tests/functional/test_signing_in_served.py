"""Signing in on a real server without a provider, and what the audit tells of it."""

from __future__ import annotations

import json
from pathlib import Path

import httpx

from served import World


def test_a_link_gives_the_role_that_it_was_made_for(tmp_path: Path) -> None:
    """An analyst's link lets in where an analyst may, not to the review, and until a command ends it; the audit has it all."""
    world = World(tmp_path / "w")
    link = world.baloo("login", "--role", "analyst", "--name", "idris", "--to", "/systems")
    world.start()
    try:
        with httpx.Client(base_url=world.url, follow_redirects=False, timeout=60) as client:
            asked = client.get(link)
            form = {"link": link.partition("link=")[2], "to": "/systems"}
            there = client.post("/sign-in/link", data=form, headers={"origin": world.url})
            page, closed = client.get("/sign-in"), client.get("/people/review")
            (ended,) = json.loads(world.baloo("sessions", "--end-all", "--json"))
            after = client.get("/sign-in")
    finally:
        world.kill()
    audit = [(one["what"], one["detail"]) for one in json.loads(world.baloo("audit", "--json"))]

    assert (asked.status_code, there.status_code, there.headers["location"]) == (200, 303, "/systems")
    assert "(idris)" in page.text
    assert "analyst" in page.text
    assert closed.status_code == 403
    assert (ended["roles"], "(idris)" in after.text) == ("analyst", False)
    assert audit == [
        ("session ended", ended["who"]), ("signed in", "by link: analyst"), ("sign-in link made", "analyst"),
        ("token made", "1 of code, send"),
    ]
