"""Signing in and out, the table of who may ask for what, and the gate that holds every address to it."""
