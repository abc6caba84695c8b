-- The days on which a person's first contribution of all is seen
SELECT w.node, w.part, w.person, c.starts AS start, c.stops AS stop
FROM (
  SELECT n.node, n.window_id, b.part, b.person, min(b.first) AS first
  FROM wide AS b
  JOIN node_windows AS n ON n.choice = b.choice
  WHERE n.form = 'first'
  GROUP BY n.node, n.window_id, b.part, b.person
) AS w
JOIN calendar AS c ON c.window_id = w.window_id AND c.day = w.first
