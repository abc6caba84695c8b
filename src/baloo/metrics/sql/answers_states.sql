-- How many people hold which of the asked keys at day a, and at day b; each key is one bit of a word.
{held}, state AS (
  SELECT person, {words}
  FROM held WHERE (start <= $a AND stop > $a) OR (start <= $b AND stop > $b)
  GROUP BY person
)
SELECT {columns}, COUNT(*) FROM state GROUP BY {columns}
