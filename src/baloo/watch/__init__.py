"""How far the community is with its systems: stages, silence, work, coverage."""
