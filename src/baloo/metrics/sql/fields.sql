-- Events of the kinds that a source looks into, with the fields that any source needs as JSON text, each taken out once
SELECT code, system, identity_id, day, object{columns}{sign}
FROM (
  SELECT k.source AS code, e.system, e.identity_id, e.day, e.object{sign}, json_extract(e.extra, [{paths}]) AS f
  FROM ({events}) AS e
  JOIN kinds AS k ON k.system = e.system AND k.kind = e.kind
  WHERE k.source IN ({codes})
) AS read
