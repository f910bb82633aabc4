CREATE TABLE second_file (id INTEGER);
INSERT INTO second_file (id) VALUES (2);
