-- The same by what leaves choose of feeds
SELECT c.choice, b.part, b.person, b.block, min(b.first) AS first, max(b.last) AS last
FROM blocks AS b
JOIN choice_feeds AS c ON c.feed = b.feed AND c.width = b.width
GROUP BY c.choice, b.part, b.person, b.block
