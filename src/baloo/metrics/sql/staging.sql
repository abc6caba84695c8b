-- What was only tried out: events of staging that are not void, by system, from {since} on
SELECT e.system, count(*) AS events, max(e.received) AS last
FROM ({files}) AS e
LEFT JOIN ({voids}) AS v ON v.doc = e.doc
WHERE e.environment = 'staging' AND e.seq > {since} AND (v.last IS NULL OR e.seq >= v.last)
GROUP BY e.system
