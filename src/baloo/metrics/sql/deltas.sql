-- Comings and goings by day, of all and of those who are staff
SELECT key, staff, day, CAST(sum(delta) AS BIGINT) AS delta
FROM (
  SELECT key, FALSE AS staff, start AS day, 1 AS delta FROM {rows} AS r
  UNION ALL
  SELECT key, FALSE AS staff, stop AS day, -1 AS delta FROM {rows} AS r WHERE stop < DATE '9999-12-31'
  UNION ALL
  SELECT r.key, TRUE AS staff, greatest(r.start, s.start) AS day, 1 AS delta
  FROM {rows} AS r JOIN {staff} AS s ON s.person = r.person
  WHERE greatest(r.start, s.start) < least(r.stop, s.stop)
  UNION ALL
  SELECT r.key, TRUE AS staff, least(r.stop, s.stop) AS day, -1 AS delta
  FROM {rows} AS r JOIN {staff} AS s ON s.person = r.person
  WHERE greatest(r.start, s.start) < least(r.stop, s.stop) AND least(r.stop, s.stop) < DATE '9999-12-31'
) AS moves
GROUP BY key, staff, day
HAVING sum(delta) <> 0
