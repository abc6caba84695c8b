-- The rollups of sources that look into the event. {tests}, {points}, {owner}: CASE over sources or kinds; {part}: a field's values
SELECT source, {part_name} AS part, identity_id, day, {owner_name} AS owner_key, {object_name} AS object_key, {n} AS n,
  CAST(sum(points) AS BIGINT) AS points
FROM (
  SELECT s.source, e.identity_id, e.day, {points} AS points{keys}{sign}
  FROM ({fields}) AS e
  JOIN {candidates} AS s ON s.code = e.code
  {mapping}
  WHERE {tests}
) AS chosen
WHERE {kept}
GROUP BY source, identity_id, day{names}
