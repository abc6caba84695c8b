"""Baloo counts the people who make a community, each of them once."""

__all__ = ["__version__"]

__version__ = "0.1.0"
