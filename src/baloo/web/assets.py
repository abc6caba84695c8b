"""Stylesheets, scripts and icon, under names that hold a hash of their content: kept for ever, and never stale."""

from __future__ import annotations

import functools
import gzip
import hashlib
from dataclasses import dataclass
from importlib import resources

__all__ = ["Asset", "assets", "build"]

_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file: `path` is its address, `packed` its bytes under gzip."""

    name: str
    path: str
    type: str
    body: bytes
    packed: bytes


@functools.cache
def assets() -> dict[str, Asset]:
    """The files by their plain names, such as `baloo.css`."""
    found = {}
    for file in (resources.files("baloo.web") / "static").iterdir():
        stem, _, ending = file.name.rpartition(".")
        if ending in _TYPES:
            body = file.read_bytes()
            path = f"/static/{stem}.{hashlib.sha256(body).hexdigest()[:12]}.{ending}"
            found[file.name] = Asset(file.name, path, _TYPES[ending], body, gzip.compress(body, 9, mtime=0))
    return found


@functools.cache
def build() -> str:
    """A hash of everything that pages are made of; it changes with each release and with each edit of a template or word."""
    digest = hashlib.sha256()
    for folder in ("locales/en", "static", "templates", "pages", "figures", "live", "people", "logbook"):
        for file in sorted((resources.files("baloo.web") / folder).iterdir(), key=lambda f: f.name):
            if file.is_file():
                digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
