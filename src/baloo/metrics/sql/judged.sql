-- Thirds of people who ever have enough, and whether the one before and the one after have enough each: as long as anything of
-- such a third is seen, one of its neighbours is seen whole, so that its days make no difference, only its sum as a neighbour
SELECT b.part, b.person, b.block, b.amount, b.day, coalesce(x.amount >= {threshold} AND y.amount >= {threshold}, FALSE) AS amid
FROM thirds AS b
JOIN (SELECT part, person FROM thirds AS t GROUP BY part, person HAVING sum(amount) >= {threshold}) AS e
  ON e.part = b.part AND e.person = b.person
LEFT JOIN thirds AS x ON x.part = b.part AND x.person = b.person AND x.block = b.block - 1
LEFT JOIN thirds AS y ON y.part = b.part AND y.person = b.person AND y.block = b.block + 1
