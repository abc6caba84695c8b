-- Production events that are not void. {files}: the data files; {voids}: doc, last (the seq of its last void)
SELECT e.seq, e.doc, e.system, e.kind, e.day, e.identity_id, e.observation_id, e.object, e.extra
FROM {files} AS e
LEFT JOIN ({voids}) AS v ON v.doc = e.doc
WHERE e.environment = 'production' AND (v.last IS NULL OR e.seq >= v.last) AND {test}
