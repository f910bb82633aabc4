CREATE TABLE remote_study (
  study_uid VARCHAR(64) NOT NULL PRIMARY KEY,
  pseudonym VARCHAR(64) NOT NULL,
  study_date VARCHAR(8),
  study_time VARCHAR(6),
  study_description VARCHAR(255),
  seen BIGINT NOT NULL
);
CREATE INDEX remote_study_pseudonym ON remote_study (pseudonym);
CREATE TABLE remote_series (
  series_uid VARCHAR(64) NOT NULL,
  place VARCHAR(800) NOT NULL,
  study_uid VARCHAR(64) NOT NULL,
  series_number INTEGER,
  series_description VARCHAR(255),
  modality VARCHAR(16) NOT NULL,
  instances INTEGER NOT NULL,
  seen BIGINT NOT NULL,
  PRIMARY KEY (series_uid, place)
);
CREATE INDEX remote_series_study ON remote_series (study_uid);
