-- Thirds of people who ever have enough, and whether the one before and the one after have enough each: as long as anything of
-- such a third is seen, one of its neighbours is seen whole, so that its days make no difference, only its sum as a neighbour
SELECT b.node, b.part, b.person, b.block, b.amount, b.day,
  coalesce(x.amount >= e.threshold AND y.amount >= e.threshold, FALSE) AS amid
FROM thirds AS b
JOIN (
  SELECT s.node, s.part, s.person, x.threshold
  FROM (SELECT node, part, person, sum(amount) AS amount FROM thirds GROUP BY node, part, person) AS s
  JOIN leaves AS x ON x.node = s.node
  WHERE s.amount >= x.threshold
) AS e ON e.node = b.node AND e.part = b.part AND e.person = b.person
LEFT JOIN thirds AS x ON x.node = b.node AND x.part = b.part AND x.person = b.person AND x.block = b.block - 1
LEFT JOIN thirds AS y ON y.node = b.node AND y.part = b.part AND y.person = b.person AND y.block = b.block + 1
