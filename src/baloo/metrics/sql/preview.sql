-- How many people two states have in each scope on some days: {now}, {then} are intervals, {scopes} says which key is which scope
WITH scopes AS ({scopes}), days AS ({days}), held AS (
  SELECT s.scope, r.person, r.start, r.stop, 1 AS here FROM ({now}) AS r JOIN scopes AS s ON s.here = 1 AND s.key = r.key
  UNION ALL
  SELECT s.scope, r.person, r.start, r.stop, 2 AS here FROM ({then}) AS r JOIN scopes AS s ON s.here = 2 AND s.key = r.key
),
seen AS (
  SELECT h.scope, d.day, h.person, sum(h.here) AS here
  FROM held AS h JOIN days AS d ON h.start <= d.day AND h.stop > d.day
  GROUP BY h.scope, d.day, h.person
)
SELECT scope, day, here, count(*) FROM seen GROUP BY scope, day, here
