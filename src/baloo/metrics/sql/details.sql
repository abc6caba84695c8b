-- The rollups of sources that look into the event. {tests}, {points}, {owner}: CASE over sources or kinds; {part}: a field's values
SELECT source, part, identity_id, day, owner_key, object_key, {n} AS n, CAST(sum(points) AS BIGINT) AS points
FROM (
  SELECT s.source, {part} AS part, e.identity_id, e.day{sign},
    CASE WHEN s.owned THEN {owner} END AS owner_key,
    CASE WHEN s.objects THEN {object} END AS object_key,
    {points} AS points
  FROM ({fields}) AS e
  JOIN {candidates} AS s ON s.code = e.code
  {mapping}
  WHERE {tests}
) AS chosen
WHERE {kept}
GROUP BY source, part, identity_id, day, owner_key, object_key
