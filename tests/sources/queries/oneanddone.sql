-- Ama finishes a task and takes another, which must be verified, and was; Jun's is not yet. Tove gives one up, one of Idris is closed; who
-- finished the last one is gone.
CREATE TABLE auth_user (id int, email text);
INSERT INTO auth_user VALUES (1, 'ama@example.org'), (2, 'jun@example.org'), (3, 'tove@example.org'), (4, 'idris@example.org');
CREATE TABLE users_userprofile (user_id int, username text);
INSERT INTO users_userprofile VALUES (1, 'ama');
CREATE TABLE tasks_taskteam (id int, name text);
INSERT INTO tasks_taskteam VALUES (1, 'QA');
CREATE TABLE tasks_taskproject (id int, name text);
INSERT INTO tasks_taskproject VALUES (1, 'The browser');
CREATE TABLE tasks_task (id int, team_id int, project_id int, difficulty int, must_be_verified int);
INSERT INTO tasks_task VALUES (10, 1, 1, 1, 0), (11, 1, NULL, 3, 1);
CREATE TABLE tasks_taskattempt (id int, task_id int, user_id int, state int, modified timestamp);
INSERT INTO tasks_taskattempt VALUES
  (100, 10, 1, 1, '2024-06-01 09:00:00'),
  (101, 11, 1, 1, '2024-06-02 09:00:00'),
  (102, 11, 2, 0, '2024-06-03 09:00:00'),
  (103, 10, 3, 2, '2024-06-04 09:00:00'),
  (104, 10, 4, 3, '2024-06-05 09:00:00'),
  (105, 10, NULL, 1, '2024-06-06 09:00:00');
CREATE TABLE tasks_feedback (attempt_id int, time_spent_in_minutes int, modified timestamp);
INSERT INTO tasks_feedback VALUES (100, 25, '2024-06-01 09:10:00');
