CREATE TABLE before_the_fault (id INTEGER);
CREATE TABLE study (id INTEGER);
