-- The ranges on which a running sum holds. {weights}: {by}, turn, weight; {after}, {before}: whether it holds after and before a step;
-- {rules}: a join that gives what these two need
-- On one day what adds goes before what takes away, so that a sum dips only where the day ends below; what holds for no day is left
-- out. A day and what goes first on it are one number: the fewer columns are sorted by, the faster.
WITH steps AS (
  SELECT {by}, CAST(date_diff('day', DATE '0001-01-01', turn) * 2 + CASE WHEN weight < 0 THEN 1 ELSE 0 END AS INTEGER) AS step, weight
  FROM ({weights}) AS w
),
running AS (
  SELECT {by}, step, weight,
    CAST(sum(weight) OVER (PARTITION BY {by} ORDER BY step ROWS UNBOUNDED PRECEDING) AS BIGINT) AS total
  FROM steps
),
turns AS (SELECT {by}, step // 2 AS day, step, {after} AS holds FROM running {rules} WHERE ({after}) <> ({before})),
ranges AS (
  SELECT {by}, day, holds, lead(day) OVER (PARTITION BY {by} ORDER BY step) AS next
  FROM turns
)
SELECT {by}, DATE '0001-01-01' + day AS start, coalesce(DATE '0001-01-01' + next, DATE '9999-12-31') AS stop
FROM ranges
WHERE holds AND (next IS NULL OR next > day)
