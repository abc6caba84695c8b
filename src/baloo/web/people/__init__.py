"""The pages of persons: review, one person, one's own page. They hold names, are open to few, and nothing keeps them."""
