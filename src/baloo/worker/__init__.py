"""The second process: loads the queue into the lake, joins people, refreshes the counts, and takes orders while it does."""
