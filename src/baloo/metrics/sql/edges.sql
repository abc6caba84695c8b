-- What unions take of the nodes below: extended by what is kept, clipped to the days in force, with or without the part, or of one part
SELECT e.target AS node, CASE WHEN e.whole THEN 0 ELSE h.part END AS part, h.person,
  greatest(h.start, e.since) AS start, least(coalesce(c.stops, h.stop), e.until) AS stop
FROM held AS h
JOIN edges AS e ON e.source = h.node
LEFT JOIN calendar AS c ON c.window_id = e.keeps AND c.day = h.stop - 1
WHERE e.rank = {rank} AND (e.part IS NULL OR e.part = h.part)
  AND greatest(h.start, e.since) < least(coalesce(c.stops, h.stop), e.until)
