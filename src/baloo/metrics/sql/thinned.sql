-- The amounts that decide when people have enough: thirds between thirds with enough are one amount each
SELECT w.part, w.person, w.day, w.amount
FROM worths AS w
JOIN judged AS j ON j.part = w.part AND j.person = w.person AND j.block = date_diff('day', DATE '1970-01-01', w.day) // {width}
WHERE NOT j.amid
UNION ALL
SELECT part, person, day, amount FROM judged AS j WHERE amid
