-- The same by node, in blocks as wide as the node's window bears
SELECT l.node, b.part, b.person, b.block, min(b.first) AS first, max(b.last) AS last
FROM blocks AS b
JOIN node_feeds AS l ON l.feed = b.feed AND l.width = b.width
GROUP BY l.node, b.part, b.person, b.block
