-- When people's amounts reach the bar
SELECT s.node, s.part, s.person, greatest(s.start, b.start) AS start, least(s.stop, b.stop) AS stop
FROM segments AS s
JOIN bars AS b ON b.part = s.part AND b.bar <= s.amount AND b.start < s.stop AND b.stop > s.start
