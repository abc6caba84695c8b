-- Events that were counted and have been taken back since
SELECT {columns}, -1 AS sign
FROM ({before}) AS e
JOIN revoked AS r ON r.doc = e.doc AND e.seq < r.last
