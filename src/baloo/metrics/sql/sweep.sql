-- The ranges on which a running sum holds. {weights}: {by}, turn, weight; {after}, {before}: whether it holds after and before a step
WITH steps AS (SELECT {by}, turn, CAST(sum(weight) AS BIGINT) AS weight FROM ({weights}) AS w GROUP BY {by}, turn),
running AS (
  SELECT {by}, turn, weight, CAST(sum(weight) OVER (PARTITION BY {by} ORDER BY turn ROWS UNBOUNDED PRECEDING) AS BIGINT) AS total
  FROM steps
),
turns AS (SELECT {by}, turn, {after} AS holds FROM running WHERE ({after}) <> ({before})),
ranges AS (SELECT {by}, turn AS start, holds, lead(turn) OVER (PARTITION BY {by} ORDER BY turn) AS stop FROM turns)
SELECT {by}, start, coalesce(stop, DATE '9999-12-31') AS stop
FROM ranges
WHERE holds
