"""The review on a real server: a command prints the link, the link opens the pages, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import httpx

from served import World


def test_the_link_of_the_command_opens_the_review(tmp_path: Path) -> None:
    """Closed before; open with the cookie that the link brings; the link is good once; a personal page is closed still."""
    world = World(tmp_path / "w")
    world.start()
    try:
        link = world.baloo("people", "review", "--name", "tove")
        with httpx.Client(base_url=world.url, follow_redirects=True, timeout=60) as client:
            closed = client.get("/people/review")
            asked = client.get(link)
            form = {"link": link.partition("link=")[2], "to": "/people/review"}
            opened = client.post("/sign-in/link", data=form, headers={"origin": world.url})
            again = client.post("/sign-in/link", data=form, headers={"origin": world.url})
            personal = client.get("/me")
    finally:
        world.kill()

    assert (closed.status_code, asked.status_code, opened.status_code) == (403, 200, 200)
    assert (again.status_code, personal.status_code) == (403, 403)
    assert "Nobody to look at." in opened.text
    assert {answer.headers["cache-control"] for answer in (closed, asked, opened, again, personal)} == {"no-store"}
