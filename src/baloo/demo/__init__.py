"""An invented community, Marula: its registry and its history, the same for the same arguments."""

from __future__ import annotations
