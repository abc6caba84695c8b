-- The same with what was worked on: owner (a person; an owner that nobody knows is a stranger below zero), object, points
SELECT r.source, coalesce(p.part, 0) AS part, m.person, r.day, r.object_key AS object, r.n, r.points,
  CASE WHEN r.owner_key IS NULL THEN NULL ELSE coalesce(o.person, -1 - r.owner_key) END AS owner
FROM ({rollup}) AS r
JOIN people AS m ON m.identity = r.identity_id
LEFT JOIN parts AS p ON p.name = r.part
LEFT JOIN owner_people AS o ON o.owner_key = r.owner_key
