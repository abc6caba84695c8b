-- Of the amounts those of people who ever have enough
SELECT a.node, a.part, a.person, a.day, a.amount
FROM worths AS a
JOIN (
  SELECT s.node, s.part, s.person
  FROM (SELECT node, part, person, sum(amount) AS amount FROM worths GROUP BY node, part, person) AS s
  JOIN leaves AS x ON x.node = s.node
  WHERE s.amount >= x.threshold
) AS e ON e.node = a.node AND e.part = a.part AND e.person = a.person
