"""The figures of the pages: each is made from the answers alone, and gives picture, table and words."""
