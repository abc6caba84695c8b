-- What each person's days are worth to one leaf. {rows}: days or keyed; {amount}: how a day's rows add up
SELECT d.part, d.person, d.day, {amount} AS amount
FROM {rows} AS d
JOIN feeds AS f ON f.source = d.source AND d.day >= f.since AND d.day < f.until
JOIN node_feeds AS l ON l.feed = f.feed AND l.node = {node}
WHERE {whose}
GROUP BY d.part, d.person, d.day
