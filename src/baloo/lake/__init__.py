"""Delta tables in a folder: load, read, void, compact, back up."""
