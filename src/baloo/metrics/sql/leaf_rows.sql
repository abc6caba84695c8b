-- How many rows each leaf reads, at most
SELECT l.node, CAST(sum(r.n) AS BIGINT) AS n
FROM node_feeds AS l
JOIN feeds AS f ON f.feed = l.feed
JOIN (
  SELECT source, count(*) AS n FROM days GROUP BY source
  UNION ALL
  SELECT source, count(*) AS n FROM keyed GROUP BY source
) AS r ON r.source = f.source
GROUP BY l.node
