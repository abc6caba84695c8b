-- By the eve of the period in which people first held a key: how many they are (no day), and how many held it on each later day.
{held}, firsts AS (
  SELECT person, MIN(start) AS start FROM held GROUP BY person
), cohort AS (
  SELECT person, start, {eve} AS eve FROM firsts WHERE start > $first AND start <= $last
), days AS (
  {days}
)
SELECT eve, CAST(NULL AS DATE) AS day, COUNT(*) AS people FROM cohort GROUP BY eve
UNION ALL
SELECT c.eve, d.day, COUNT(*) AS people
FROM cohort AS c
JOIN held AS h ON h.person = c.person
JOIN days AS d ON d.day > c.eve AND h.start <= d.day AND h.stop > d.day
GROUP BY c.eve, d.day
