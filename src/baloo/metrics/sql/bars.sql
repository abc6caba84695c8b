-- The least amount that is in, from each day on which anything changes to the next. People strictly above must not yet make the share
WITH moves AS (
  SELECT part, amount, day, CAST(sum(move) AS BIGINT) AS move
  FROM (
    SELECT part, amount, start AS day, 1 AS move FROM segments AS s
    UNION ALL
    SELECT part, amount, stop AS day, -1 AS move FROM segments AS s
  ) AS m
  GROUP BY part, amount, day
),
grid AS (
  SELECT d.part, d.day, a.amount
  FROM (SELECT DISTINCT part, day FROM moves) AS d
  JOIN (SELECT DISTINCT part, amount FROM moves) AS a ON a.part = d.part
),
people_at AS (
  SELECT g.part, g.day, g.amount,
    CAST(sum(coalesce(m.move, 0)) OVER (PARTITION BY g.part, g.amount ORDER BY g.day ROWS UNBOUNDED PRECEDING) AS BIGINT) AS people
  FROM grid AS g
  LEFT JOIN moves AS m ON m.part = g.part AND m.amount = g.amount AND m.day = g.day
),
shares AS (
  SELECT part, day, amount, people,
    CAST(sum(amount * people) OVER (PARTITION BY part, day ORDER BY amount DESC ROWS UNBOUNDED PRECEDING) AS BIGINT) - amount * people AS above,
    CAST(sum(amount * people) OVER (PARTITION BY part, day) AS BIGINT) AS total
  FROM people_at
  WHERE people > 0
),
bars AS (SELECT part, day, min(amount) AS bar FROM shares WHERE above * 100 < total * {share} GROUP BY part, day),
days AS (
  SELECT g.part, g.day, lead(g.day) OVER (PARTITION BY g.part ORDER BY g.day) AS next
  FROM (SELECT DISTINCT part, day FROM moves) AS g
)
SELECT b.part, b.bar, b.day AS start, coalesce(d.next, DATE '9999-12-31') AS stop
FROM bars AS b JOIN days AS d ON d.part = b.part AND d.day = b.day
