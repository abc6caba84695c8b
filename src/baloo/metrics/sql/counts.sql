-- The base rollup: events by kind, identity, observation and day. {n}: how many, signed where some were taken back
SELECT k.source, e.identity_id, e.observation_id, e.day, {n} AS n
FROM ({events}) AS e
JOIN kinds AS k ON k.system = e.system AND k.kind = e.kind
GROUP BY k.source, e.identity_id, e.observation_id, e.day
