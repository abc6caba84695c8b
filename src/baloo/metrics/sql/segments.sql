-- Each person's amount as a step function: above nothing on [start, stop)
WITH steps AS (
  SELECT node, part, person, turn, CAST(sum(weight) AS BIGINT) AS weight FROM ({weights}) AS w GROUP BY node, part, person, turn
),
running AS (
  SELECT node, part, person, turn AS start,
    CAST(sum(weight) OVER (PARTITION BY node, part, person ORDER BY turn ROWS UNBOUNDED PRECEDING) AS BIGINT) AS amount,
    coalesce(lead(turn) OVER (PARTITION BY node, part, person ORDER BY turn), DATE '9999-12-31') AS stop
  FROM steps
)
SELECT node, part, person, amount, start, stop FROM running WHERE amount > 0
