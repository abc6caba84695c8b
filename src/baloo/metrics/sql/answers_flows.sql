-- For days in order: who held a key on one of them and not on the one before, the eve; and how many of those had held it earlier.
{held}, starts AS (
  SELECT key, person, stop, {eve} AS eve, {day} AS day
  FROM held WHERE start > $first AND start <= $last
), came AS (
  SELECT key, person, eve FROM starts WHERE stop > day
), before AS (
  SELECT c.key, c.person, c.eve, MAX(CASE WHEN h.stop > c.eve THEN 1 ELSE 0 END) AS there
  FROM came AS c JOIN held AS h ON h.key = c.key AND h.person = c.person AND h.start <= c.eve
  GROUP BY c.key, c.person, c.eve
), moved AS (
  SELECT key, eve, 1 AS came, 0 AS there, 0 AS returned FROM came
  UNION ALL
  SELECT key, eve, 0 AS came, there, 1 - there AS returned FROM before
)
SELECT key, eve, CAST(SUM(came) - SUM(there) AS BIGINT), CAST(SUM(returned) AS BIGINT) FROM moved GROUP BY key, eve
