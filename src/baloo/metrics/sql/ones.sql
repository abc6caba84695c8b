-- The days on which at least one contribution of a block is seen
SELECT n.node, w.part, w.person, a.starts AS start, z.stops AS stop
FROM wide AS w
JOIN node_windows AS n ON n.choice = w.choice
JOIN calendar AS a ON a.window_id = n.window_id AND a.day = w.first
JOIN calendar AS z ON z.window_id = n.window_id AND z.day = w.last
WHERE n.form = 'one'
