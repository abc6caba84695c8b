-- The first and last day of each person's contributions of a feed in each block of 28 days, or of 12 times as many
SELECT w.feed, w.width, d.part, d.person, date_diff('day', DATE '1970-01-01', d.day) // w.days AS block, min(d.day) AS first, max(d.day) AS last
FROM days AS d
JOIN feeds AS f ON f.source = d.source AND d.day >= f.since AND d.day < f.until
JOIN feed_widths AS w ON w.feed = f.feed
GROUP BY w.feed, w.width, d.part, d.person, date_diff('day', DATE '1970-01-01', d.day) // w.days
