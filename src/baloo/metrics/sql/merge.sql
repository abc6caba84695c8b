-- Ranges made disjoint and not adjacent. {spans}: {by}, start, stop
WITH marked AS (
  SELECT {by}, start, stop,
    max(stop) OVER (PARTITION BY {by} ORDER BY start ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before,
    max(stop) OVER (PARTITION BY {by}) AS final
  FROM ({spans}) AS s
),
heads AS (SELECT {by}, start, before, final FROM marked WHERE before IS NULL OR start > before)
SELECT {by}, start, coalesce(lead(before) OVER (PARTITION BY {by} ORDER BY start), final) AS stop
FROM heads
