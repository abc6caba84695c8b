-- The days on which a contribution is seen, day by day: for windows too short for blocks
SELECT l.node, d.part, d.person, c.starts AS start, c.stops AS stop
FROM days AS d
JOIN feeds AS f ON f.source = d.source AND d.day >= f.since AND d.day < f.until
JOIN node_feeds AS l ON l.feed = f.feed
JOIN node_windows AS n ON n.node = l.node AND n.form = 'one' AND n.choice IS NULL
JOIN calendar AS c ON c.window_id = n.window_id AND c.day = d.day
GROUP BY l.node, d.part, d.person, c.starts, c.stops
