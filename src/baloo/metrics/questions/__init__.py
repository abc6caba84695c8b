"""What stands behind `baloo.metrics.answers`: names, periods, flags and the reading of the counted files."""
