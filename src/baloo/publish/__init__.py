"""What was counted, as other programs keep it: tables in files and in databases."""
