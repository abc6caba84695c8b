-- Ranges made disjoint and not adjacent: of each run of touching ranges its head and its tail. {spans}: {by}, start, stop
-- Head and tail may start on one day: the head goes first, so that its stop is its own tail's.
WITH placed AS (
  SELECT {by}, start, stop,
    max(stop) OVER (PARTITION BY {by} ORDER BY start, stop ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before,
    lead(start) OVER (PARTITION BY {by} ORDER BY start, stop) AS after
  FROM ({spans}) AS s
),
reached AS (
  SELECT {by}, start, after, before IS NULL OR start > before AS head, greatest(stop, coalesce(before, stop)) AS upto
  FROM placed
),
ends AS (
  SELECT {by}, start, upto, head, after IS NULL OR after > upto AS tail
  FROM reached
  WHERE head OR after IS NULL OR after > upto
),
runs AS (
  SELECT {by}, start, head, CASE WHEN tail THEN upto ELSE lead(upto) OVER (PARTITION BY {by} ORDER BY start, head DESC) END AS stop
  FROM ends
)
SELECT {by}, start, stop
FROM runs
WHERE head
