-- Ama holds a session, Jun comes.
CREATE TABLE mf_roll (id int, email text, name text, session text, country text, day date, year int, is_mozfest_contributor int, changed timestamp);
INSERT INTO mf_roll VALUES
  (1, 'ama@example.org', 'Ama Mensah', 'Build a radio', 'Ghana', '2023-10-25', 2023, 1, '2023-11-01 08:00:00'),
  (2, 'jun@example.org', 'Jun', NULL, NULL, '2023-10-25', 2023, 0, '2023-11-01 08:00:00');
