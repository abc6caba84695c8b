"""`python -m baloo` is the `baloo` command."""

from baloo.cli import main

main()
