"""Where contributions come from: each source produces events, and nothing else; the door decides what becomes of them."""
