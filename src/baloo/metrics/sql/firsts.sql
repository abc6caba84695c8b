-- The days on which a person's first contribution of all is seen
SELECT w.node, w.part, w.person, c.starts AS start, c.stops AS stop
FROM (SELECT node, part, person, min(first) AS first FROM ({wide}) AS b GROUP BY node, part, person) AS w
JOIN node_windows AS n ON n.node = w.node
JOIN calendar AS c ON c.window_id = n.window_id AND c.day = w.first
WHERE n.form = 'first'
