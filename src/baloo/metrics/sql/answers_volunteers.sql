-- The same without the days on which a person was staff. Few people ever are, so only their rows are cut; the rest pass as they are.
WITH staff AS (
  SELECT person, start, stop FROM {live} AS live WHERE key IN ({staff})
), everybody AS (
  SELECT key, person, start, stop FROM {live} AS live WHERE key IN ({keys})
), cuts AS (
  SELECT e.key, e.person, e.start, e.stop, s.start AS off_from, s.stop AS off_to
  FROM everybody AS e
  LEFT JOIN staff AS s ON s.person = e.person AND s.start < e.stop AND s.stop > e.start
  WHERE EXISTS (SELECT 1 FROM staff AS known WHERE known.person = e.person)
), pieces AS (
  SELECT
    key, person,
    COALESCE(LAG(off_to) OVER (PARTITION BY key, person, start ORDER BY off_from), start) AS start,
    COALESCE(off_from, stop) AS stop
  FROM cuts
  UNION ALL
  SELECT key, person, MAX(off_to) AS start, MAX(stop) AS stop
  FROM cuts WHERE off_to IS NOT NULL GROUP BY key, person, cuts.start
), held AS (
  SELECT key, person, start, stop FROM everybody AS e
  WHERE NOT EXISTS (SELECT 1 FROM staff AS known WHERE known.person = e.person)
  UNION ALL
  SELECT key, person, start, stop FROM pieces WHERE start < stop
)
