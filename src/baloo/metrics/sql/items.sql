-- The ranges on which a person's items (weeks, months, objects, other people) are seen by the leaves, contribution by contribution
SELECT l.node, d.part, d.person, {item} AS item, c.starts AS start, c.stops AS stop
FROM {rows} AS d
JOIN feeds AS f ON f.source = d.source AND d.day >= f.since AND d.day < f.until
JOIN node_feeds AS l ON l.feed = f.feed
JOIN leaves AS x ON x.node = l.node
JOIN calendar AS c ON c.window_id = x.window_id AND c.day = d.day
WHERE {whose}
