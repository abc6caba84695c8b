-- Items as steps: up when an item begins to be seen, down when it ceases
SELECT node, part, person, start AS turn, 1 AS weight FROM {items} AS i
UNION ALL
SELECT node, part, person, stop AS turn, -1 AS weight FROM {items} AS i WHERE stop < DATE '9999-12-31'
