-- The ranges on which a running sum holds. {weights}: {by}, turn, weight; {after}, {before}: whether it holds after and before a step
-- On one day what adds goes before what takes away, so that a sum dips only where the day ends below; what holds for no day is left out.
WITH running AS (
  SELECT {by}, turn, weight,
    CAST(sum(weight) OVER (PARTITION BY {by} ORDER BY turn, weight DESC ROWS UNBOUNDED PRECEDING) AS BIGINT) AS total
  FROM ({weights}) AS w
),
turns AS (SELECT {by}, turn, weight, {after} AS holds FROM running WHERE ({after}) <> ({before})),
ranges AS (
  SELECT {by}, turn AS start, holds, lead(turn) OVER (PARTITION BY {by} ORDER BY turn, weight DESC) AS stop
  FROM turns
)
SELECT {by}, start, coalesce(stop, DATE '9999-12-31') AS stop
FROM ranges
WHERE holds AND (stop IS NULL OR stop > start)
