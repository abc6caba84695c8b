"""Pages of a community that has just begun, or of which little is known."""

from __future__ import annotations

from dataclasses import replace

import pretend
from asking import asking, pretend_site
from baloo.metrics.answers import Move, Overlap
from baloo.web.site import Site


def _nobody(*, declared: bool) -> Site:
    """Marula with nobody in it, its areas and systems declared or not."""
    class Nobody(pretend.PretendAnswers):
        def moves(self, *_: object, **__: object) -> list[Move]:
            """Nobody moved."""
            return []

        def overlap(self, *_: object, **__: object) -> list[Overlap]:
            """Nobody helps in two areas."""
            return []

    whole = pretend.registry()
    registry = whole if declared else replace(whole, areas={}, systems={})
    empty = Nobody(dict.fromkeys(pretend.PretendAnswers().numbers, (0, 0)))
    site = pretend_site(lambda: empty)
    site._registry = lambda: registry
    return site


def test_a_registry_right_after_init_has_pages_in_whole_sentences() -> None:
    """Where neither a system nor an area is declared, each page says so, and shows no table without rows."""
    with asking(_nobody(declared=False)) as ask:
        home, areas, systems, status = (ask(page).text for page in ("/", "/areas", "/systems", "/status"))

    assert "No area is declared yet, so nobody counts as active." in home
    assert "all systems. None is declared yet." in home
    assert "Nothing here yet: no area is declared." in areas
    assert "Nothing here yet: no system is declared." in systems
    assert all("on time" not in page and "<tbody" not in page for page in (systems, status))


def test_nobody_now_is_not_nobody_ever() -> None:
    """A community whose people went quiet does not wait for its first contribution."""
    with asking(_nobody(declared=True)) as ask:
        assert "Nobody is active at the moment." in ask("/").text


def test_a_line_of_kept_numbers_is_not_drawn() -> None:
    """Where each number of a trend is of few people, there is no picture of nothing."""
    few = pretend.PretendAnswers(dict.fromkeys(pretend.PretendAnswers().numbers, (1, 3)))

    with asking(pretend_site(lambda: few)) as ask:
        assert ask("/charts/systems/forge/active.csv").status_code == 200
        assert ask("/charts/systems/forge/active.svg").status_code == 404
