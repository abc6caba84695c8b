"""The shapes in which an event may arrive, one module each; all end as a `Draft`, the event of version 1."""
