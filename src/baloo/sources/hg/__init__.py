"""Mercurial: who wrote, merged, co-wrote and reviewed each change; from a repository by `hg`, or from what `hg log` wrote."""

from __future__ import annotations

from baloo.sources.hg.change import unfold
from baloo.sources.hg.repository import HgSource
from baloo.sources.recipe import Recipe

__all__ = ["RECIPE"]

RECIPE = Recipe("Mercurial", unfold=unfold, folder=HgSource)
