"""Benchmarks: each prints what it measured beside a goal and a floor. Never a test: machines differ, ratios tell more."""
