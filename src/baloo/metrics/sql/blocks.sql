-- The first and last day of each person's contributions of a feed in each block of 28 days
SELECT f.feed, d.part, d.person, date_diff('day', DATE '1970-01-01', d.day) // 28 AS block, min(d.day) AS first, max(d.day) AS last
FROM days AS d
JOIN feeds AS f ON f.source = d.source AND d.day >= f.since AND d.day < f.until
GROUP BY f.feed, d.part, d.person, date_diff('day', DATE '1970-01-01', d.day) // 28
