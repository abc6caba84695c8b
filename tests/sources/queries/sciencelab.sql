CREATE TABLE sl_contributions (id int, type text, email text, name text, title text, country text, url text, day date, changed timestamp);
INSERT INTO sl_contributions VALUES
  (1, 'taught', 'ama@example.org', 'Ama Mensah', 'Bootcamp in Accra', 'Ghana', NULL, '2024-06-01', '2024-06-02 08:00:00'),
  (2, 'lesson', 'jun@example.org', NULL, 'Version control', NULL, 'https://lessons.example.org/2', '2024-06-03', '2024-06-03 08:00:00'),
  (3, 'tested', 'tove@example.org', NULL, NULL, NULL, NULL, '2024-06-04', '2024-06-04 08:00:00'),
  (4, 'wrote', 'idris@example.org', NULL, 'Open data', NULL, 'https://blog.example.org/4', '2024-06-05', '2024-06-05 08:00:00'),
  (5, 'presented', 'ama@example.org', 'Ama Mensah', 'At a congress', 'Kenya', NULL, '2024-06-06', '2024-06-06 08:00:00');
