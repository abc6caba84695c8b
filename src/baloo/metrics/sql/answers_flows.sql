-- For each pair of days (a, b) and key: who held it at a, at both, at b, and who of those that came had held it before a.
{held}, periods AS (
  SELECT a, b FROM (VALUES {periods}) AS given (a, b)
), state AS (
  SELECT p.a, p.b, h.key, h.person, MAX(CASE WHEN h.start <= p.a THEN 1 ELSE 0 END) AS at_a, MAX(CASE WHEN h.stop > p.b THEN 1 ELSE 0 END) AS at_b
  FROM periods AS p JOIN held AS h ON h.start <= p.b AND h.stop > p.a
  GROUP BY p.a, p.b, h.key, h.person
), returned AS (
  SELECT s.a, s.b, s.key, COUNT(DISTINCT s.person) AS n
  FROM state AS s JOIN held AS h ON h.key = s.key AND h.person = s.person AND h.start <= s.a
  WHERE s.at_a = 0 AND s.at_b = 1
  GROUP BY s.a, s.b, s.key
)
SELECT s.key, s.a, s.b, SUM(s.at_a)::BIGINT, SUM(s.at_a * s.at_b)::BIGINT, SUM(s.at_b)::BIGINT, COALESCE(MAX(r.n), 0)
FROM state AS s LEFT JOIN returned AS r ON r.a = s.a AND r.b = s.b AND r.key = s.key
GROUP BY s.key, s.a, s.b
