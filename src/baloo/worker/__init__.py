"""The second process: loads the queue into the lake, finds who is who, refreshes the counts, and takes orders while it does."""
