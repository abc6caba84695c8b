-- Amounts as steps: up when a day begins to be seen, down when it ceases. {amounts}: node, part, person, day, amount
SELECT a.node, a.part, a.person, c.starts AS turn, a.amount AS weight
FROM {amounts} AS a JOIN leaves AS x ON x.node = a.node JOIN calendar AS c ON c.window_id = x.window_id AND c.day = a.day
WHERE a.amount <> 0
UNION ALL
SELECT a.node, a.part, a.person, c.stops AS turn, -a.amount AS weight
FROM {amounts} AS a JOIN leaves AS x ON x.node = a.node JOIN calendar AS c ON c.window_id = x.window_id AND c.day = a.day
WHERE a.amount <> 0 AND c.stops < DATE '9999-12-31'
