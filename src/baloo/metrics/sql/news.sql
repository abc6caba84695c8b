-- The feed's newcomers: weeks with a contribution whose last one before is no longer seen within a year on the Sunday
SELECT w.node, w.part, w.person, w.monday AS start, w.monday + 7 AS stop
FROM (
  SELECT n.node, b.part, b.person, CAST(date_trunc('week', b.first) AS DATE) AS monday,
    lag(b.last) OVER (PARTITION BY n.node, b.part, b.person ORDER BY b.first) AS before
  FROM wide AS b
  JOIN node_windows AS n ON n.choice = b.choice
  WHERE n.form = 'new'
) AS w
LEFT JOIN calendar AS c ON c.window_id = {year} AND c.day = w.before
WHERE w.before IS NULL OR c.stops <= w.monday + 6
