-- The amounts that decide when people have enough: thirds between thirds with enough are one amount each
SELECT w.node, w.part, w.person, w.day, w.amount
FROM worths AS w
JOIN judged AS j ON j.node = w.node AND j.part = w.part AND j.person = w.person
  AND j.block = date_diff('day', DATE '1970-01-01', w.day) // {width}
WHERE NOT j.amid
UNION ALL
SELECT node, part, person, day, amount FROM judged AS j WHERE amid
