"""What monitoring reads: `/metrics` in the text form of Prometheus, and the heartbeat that is followed from door to lake."""
