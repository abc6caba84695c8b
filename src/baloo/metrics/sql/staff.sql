-- When people are staff: by roster, and those of no roster by what they did from a staff address within a year
SELECT {node} AS node, 0 AS part, r.person, r.since AS start, r.until AS stop
FROM roster_here AS r
WHERE r.since < r.until AND r.person NOT IN (SELECT person FROM excluded)
UNION ALL
SELECT {node} AS node, 0 AS part, s.person, c.starts AS start, c.stops AS stop
FROM staff_days AS s
JOIN calendar AS c ON c.window_id = {year} AND c.day = s.day
WHERE s.person NOT IN (SELECT person FROM roster)
