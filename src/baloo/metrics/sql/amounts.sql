-- What each person's days are worth to the leaves. {rows}: days or keyed; {amount}: how a day's rows add up
SELECT l.node, d.part, d.person, d.day, {amount} AS amount
FROM {rows} AS d
JOIN feeds AS f ON f.source = d.source AND d.day >= f.since AND d.day < f.until
JOIN node_feeds AS l ON l.feed = f.feed
JOIN leaves AS x ON x.node = l.node
WHERE {whose}
GROUP BY l.node, d.part, d.person, d.day
