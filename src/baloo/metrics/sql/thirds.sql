-- How much each person did in each block of days, a third of what a window sees unbroken
SELECT node, part, person, date_diff('day', DATE '1970-01-01', day) // {width} AS block, CAST(sum(amount) AS BIGINT) AS amount,
  max(day) AS day
FROM worths AS w
GROUP BY node, part, person, date_diff('day', DATE '1970-01-01', day) // {width}
