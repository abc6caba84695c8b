-- What each of a person's days is worth to the leaves, where several rows of a day need no adding up. {rows}: days or keyed
SELECT l.node, d.part, d.person, d.day, {amount} AS amount
FROM {rows} AS d
JOIN feeds AS f ON f.source = d.source AND d.day >= f.since AND d.day < f.until
JOIN node_feeds AS l ON l.feed = f.feed
JOIN leaves AS x ON x.node = l.node
WHERE {whose}
