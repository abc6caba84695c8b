-- Of the amounts those of people who ever have enough
SELECT a.part, a.person, a.day, a.amount
FROM ({amounts}) AS a
JOIN (
  SELECT part, person FROM ({amounts}) AS s GROUP BY part, person HAVING sum(amount) >= {threshold}
) AS e ON e.part = a.part AND e.person = a.person
