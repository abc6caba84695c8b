-- The days on which people who count used a staff address
SELECT DISTINCT m.person, r.day
FROM ({rollup}) AS r
JOIN people AS m ON m.identity = r.identity_id
