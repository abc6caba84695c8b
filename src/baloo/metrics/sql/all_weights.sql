-- Rules that must all hold, as steps; one that must fail weighs more than all others together
SELECT a.target AS node, h.part, h.person, a.required, h.start AS turn, a.weight
FROM held AS h JOIN alls AS a ON a.source = h.node
WHERE a.rank = {rank}
UNION ALL
SELECT a.target AS node, h.part, h.person, a.required, h.stop AS turn, -a.weight AS weight
FROM held AS h JOIN alls AS a ON a.source = h.node
WHERE a.rank = {rank} AND h.stop < DATE '9999-12-31'
