"""The queue between the door and the loader: a durable, ordered log of requests."""
