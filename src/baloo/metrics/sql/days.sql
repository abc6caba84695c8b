-- Each person's contributions of each source and day, under the people of today; those who are in no count are left out
SELECT r.source, {part} AS part, m.person, r.day, r.n
FROM ({rollup}) AS r
JOIN people AS m ON m.identity = r.identity_id
