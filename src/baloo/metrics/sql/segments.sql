-- Each person's amount as a step function: above nothing on [start, stop)
WITH steps AS (SELECT part, person, turn, CAST(sum(weight) AS BIGINT) AS weight FROM ({weights}) AS w GROUP BY part, person, turn),
running AS (
  SELECT part, person, turn AS start,
    CAST(sum(weight) OVER (PARTITION BY part, person ORDER BY turn ROWS UNBOUNDED PRECEDING) AS BIGINT) AS amount,
    coalesce(lead(turn) OVER (PARTITION BY part, person ORDER BY turn), DATE '9999-12-31') AS stop
  FROM steps
)
SELECT part, person, amount, start, stop FROM running WHERE amount > 0
