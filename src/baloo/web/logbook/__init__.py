"""The pages of loggers: what was done for their areas is written down, edited and taken back. Open to few; nothing keeps them."""
