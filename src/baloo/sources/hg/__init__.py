"""Mercurial: who wrote, merged, co-wrote and reviewed each change; by hgweb, from a clone by `hg`, or from what it wrote."""

from __future__ import annotations

from baloo.sources.hg.change import unfold
from baloo.sources.hg.hgweb import walk
from baloo.sources.hg.repository import HgSource
from baloo.sources.recipe import Recipe

__all__ = ["RECIPE"]

RECIPE = Recipe("Mercurial", walk, unfold, folder=HgSource)
