"""What people write down by hand, of areas that no system sees whole: entries, who they are of, and the trail of each."""
