-- The same by node, in blocks as wide as the node's window bears
SELECT l.node, b.part, b.person, b.block // l.width AS block, min(b.first) AS first, max(b.last) AS last
FROM blocks AS b
JOIN node_feeds AS l ON l.feed = b.feed
WHERE l.width > 0
GROUP BY l.node, b.part, b.person, b.block // l.width
