-- From when to when people held the keys that are asked for.
WITH held AS (
  SELECT key, person, start, stop FROM {live} AS live WHERE key IN ({keys})
)
