-- Tove logs for Legal, and somebody whom no area knows; the badge is Webmaker's.
CREATE TABLE ah_contributions (logged_by text, contributor_id text, contribution_date timestamp, description text);
INSERT INTO ah_contributions VALUES
  ('badgekit-api', 'idris@example.org', '2024-06-11 09:30:00', 'Web literacy mentor'),
  ('legal-logger', 'ama@example.org', '2024-06-12 09:30:00', 'Read a contract'),
  ('somebody', 'jun@example.org', '2024-06-13 09:30:00', 'Helped with a talk');
