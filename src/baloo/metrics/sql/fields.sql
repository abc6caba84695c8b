-- Events of the kinds that a source looks into, with the fields that each kind's sources need as JSON text
SELECT k.source AS code, e.system, e.identity_id, e.day, e.object{columns}{sign}
FROM ({events}) AS e
JOIN kinds AS k ON k.system = e.system AND k.kind = e.kind
WHERE k.source IN ({codes})
