-- What each of some persons holds on a day.
SELECT person, key FROM ({live}) AS live WHERE person IN ({whom}) AND start <= $day AND stop > $day
