-- The integration database: Ama holds an event, Jun mentors and Tove helps; a planned one has no day yet. Idris has a badge, and an
-- entry of the ad-hoc logger that is none. Everybody makes something.
CREATE TABLE wl_Users (id int, email text, username text);
INSERT INTO wl_Users VALUES (1, 'ama@example.org', 'ama'), (2, 'jun@example.org', 'jun'), (3, 'tove@example.org', 'tove');
CREATE TABLE ev_Events (id int, organizer text, title text, country text, beginDate timestamp, updatedAt timestamp);
INSERT INTO ev_Events VALUES
  (7, 'ama@example.org', 'A maker party', 'Ghana', '2024-06-10 14:00:00', '2024-05-01 08:00:00'),
  (8, 'ama@example.org', 'Some day', 'Ghana', NULL, '2024-05-02 08:00:00');
CREATE TABLE ev_Mentors (id int, userId int, EventId int, updatedAt timestamp);
INSERT INTO ev_Mentors VALUES (1, 2, 7, '2024-05-03 08:00:00'), (2, 2, 8, '2024-05-03 08:00:00');
CREATE TABLE ev_Coorganizers (id int, userId int, EventId int, updatedAt timestamp);
INSERT INTO ev_Coorganizers VALUES (1, 3, 7, '2024-05-04 08:00:00');
CREATE TABLE ah_contributions (logged_by text, contributor_id text, contribution_date timestamp, description text);
INSERT INTO ah_contributions VALUES
  ('badgekit-api', 'idris@example.org', '2024-06-11 09:30:00', 'Web literacy mentor'),
  ('legal-logger', 'idris@example.org', '2024-06-12 09:30:00', 'Read a contract');
CREATE TABLE bu_Projects (id int, email text, createdAt timestamp, updatedAt timestamp);
INSERT INTO bu_Projects VALUES (1, 'ama@example.org', '2024-06-01 10:00:00', '2024-06-02 10:00:00');
CREATE TABLE th_ThimbleProjects (id int, userid text, createdAt timestamp, updatedAt timestamp);
INSERT INTO th_ThimbleProjects VALUES (1, 'jun@example.org', '2024-06-03 10:00:00', '2024-06-03 10:00:00');
CREATE TABLE gg_ThimbleProjects (id int, userid text, createdAt timestamp, updatedAt timestamp);
INSERT INTO gg_ThimbleProjects VALUES (1, 'tove@example.org', '2024-06-04 10:00:00', '2024-06-04 10:00:00');
CREATE TABLE appmaker_temp (id int, username text, createdAt timestamp, updatedAt timestamp);
INSERT INTO appmaker_temp VALUES (1, 'jun', '2024-06-05 10:00:00', '2024-06-05 10:00:00'), (2, 'gone', '2024-06-05 11:00:00', '2024-06-05 11:00:00');
CREATE TABLE wm_teaching_kits (id int, email text, title text, locale text, url text, day date, changed timestamp);
INSERT INTO wm_teaching_kits VALUES
  (1, 'ama@example.org', 'Remix the news', 'en-GB', 'https://webmaker.example.org/kits/1', '2024-06-06', '2024-06-06 12:00:00');
