-- Rows of several files added up; what was taken back whole is gone
SELECT {columns}, CAST(sum(n) AS BIGINT) AS n{points}
FROM ({rows}) AS r
GROUP BY {columns}
HAVING sum(n) {test}
