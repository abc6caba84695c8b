-- A node without parts, for each part in which the person has contributions
SELECT {target} AS node, p.part, h.person, h.start, h.stop
FROM held AS h
JOIN (
  SELECT DISTINCT d.part, d.person
  FROM days AS d
  JOIN feeds AS f ON f.source = d.source AND d.day >= f.since AND d.day < f.until
  JOIN node_feeds AS l ON l.feed = f.feed AND l.node = {target}
) AS p ON p.person = h.person
WHERE h.node = {source}
