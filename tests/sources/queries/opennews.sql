CREATE TABLE on_contributions (id int, type text, email text, name text, title text, country text, url text, day date, changed timestamp);
INSERT INTO on_contributions VALUES
  (1, 'fellowship', 'ama@example.org', 'Ama Mensah', NULL, 'Ghana', NULL, '2024-06-01', '2024-06-01 08:00:00'),
  (2, 'wrote', 'jun@example.org', NULL, 'Maps that move', NULL, 'https://source.example.org/2', '2024-06-03', '2024-06-03 08:00:00'),
  (3, 'presented', 'tove@example.org', NULL, 'At a congress', NULL, NULL, '2024-06-04', '2024-06-04 08:00:00'),
  (4, 'event', 'idris@example.org', NULL, 'Hack day', 'Sweden', NULL, '2024-06-05', '2024-06-05 08:00:00');
