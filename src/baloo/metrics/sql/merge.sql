-- Ranges made disjoint and not adjacent. {spans}: {by}, start, stop
-- Ranges of which every two touch are one. Of the others each run of touching ranges is its head and its tail; both may start on
-- one day: the head goes first, so that its stop is its own tail's.
WITH spans AS MATERIALIZED ({spans}),
wholes AS MATERIALIZED (
  SELECT {by}, min(start) AS start, max(stop) AS stop, max(start) <= min(stop) AS one FROM spans GROUP BY {by}
),
placed AS (
  SELECT {by}, s.start, s.stop,
    max(s.stop) OVER (PARTITION BY {by} ORDER BY s.start, s.stop ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before,
    lead(s.start) OVER (PARTITION BY {by} ORDER BY s.start, s.stop) AS after
  FROM spans AS s JOIN wholes AS w USING ({by})
  WHERE NOT w.one
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
SELECT {by}, start, stop FROM wholes WHERE one
UNION ALL
SELECT {by}, start, stop FROM runs WHERE head
