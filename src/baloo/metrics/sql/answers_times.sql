-- When people held keys, days as whole numbers from 1970-01-01 on.
{held}
SELECT key, person, CAST(start - DATE '1970-01-01' AS INTEGER) AS start, CAST(stop - DATE '1970-01-01' AS INTEGER) AS stop FROM held
