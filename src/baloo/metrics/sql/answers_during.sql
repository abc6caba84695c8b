-- How many people held which of the asked keys on any day from $first to $last; each key is one bit of a word.
{held}, state AS (
  SELECT person, {words}
  FROM held WHERE start <= $last AND stop > $first
  GROUP BY person
)
SELECT {columns}, COUNT(*) FROM state GROUP BY {columns}
