-- Each status once: four are completed. One result was deleted.
CREATE TABLE auth_user (id int, username text, email text);
INSERT INTO auth_user VALUES (1, 'ama', 'ama@example.org'), (2, 'jun', 'jun@example.org');
CREATE TABLE core_product (id int, name text);
INSERT INTO core_product VALUES (3, 'The browser');
CREATE TABLE core_productversion (id int, product_id int, version text);
INSERT INTO core_productversion VALUES (30, 3, '31');
CREATE TABLE execution_run (id int, productversion_id int);
INSERT INTO execution_run VALUES (300, 30);
CREATE TABLE library_caseversion (id int, case_id int);
INSERT INTO library_caseversion VALUES (50, 1042);
CREATE TABLE execution_runcaseversion (id int, run_id int, caseversion_id int);
INSERT INTO execution_runcaseversion VALUES (400, 300, 50);
CREATE TABLE execution_result (
  id int, tester_id int, runcaseversion_id int, status text, created_on timestamp, modified_on timestamp, deleted_on timestamp);
INSERT INTO execution_result VALUES
  (1, 1, 400, 'assigned', '2024-06-01 08:00:00', '2024-06-01 08:00:00', NULL),
  (2, 1, 400, 'started', '2024-06-01 09:00:00', '2024-06-01 09:00:00', NULL),
  (3, 1, 400, 'passed', '2024-06-01 09:20:00', '2024-06-02 10:00:00', NULL),
  (4, 1, 400, 'failed', '2024-06-02 09:20:00', '2024-06-02 09:20:00', NULL),
  (5, 2, 400, 'invalidated', '2024-06-03 09:20:00', '2024-06-03 09:20:00', NULL),
  (6, 2, 400, 'blocked', '2024-06-04 09:20:00', '2024-06-04 09:20:00', NULL),
  (7, 2, 400, 'skipped', '2024-06-05 09:20:00', '2024-06-05 09:20:00', NULL),
  (8, 2, 400, 'passed', '2024-06-06 09:20:00', '2024-06-06 09:20:00', '2024-06-07 00:00:00');
