-- What each of some identities did, by system and kind.
SELECT c.identity_id, s.system, s.kind, CAST(sum(c.n) AS BIGINT) AS n, min(c.day), max(c.day)
FROM ({counts}) AS c JOIN ({sources}) AS s ON s.number = c.source AND s.kind IS NOT NULL
WHERE c.identity_id IN ({whom})
GROUP BY c.identity_id, s.system, s.kind HAVING sum(c.n) > 0
ORDER BY c.identity_id, n DESC, s.system, s.kind
