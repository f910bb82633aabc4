ALTER TABLE instance ADD COLUMN presence VARCHAR(12) NOT NULL DEFAULT 'HERE';
ALTER TABLE instance ADD COLUMN identity_file VARCHAR(100);
ALTER TABLE instance ADD COLUMN identity_offset BIGINT;
CREATE INDEX instance_series ON instance (series_uid);
CREATE INDEX instance_study_series ON instance (study_uid, series_uid, frame_id);
CREATE INDEX instance_pack ON instance (pack_id);
CREATE INDEX study_pseudonym ON study (pseudonym);
CREATE TABLE study_key (
  lookup_key VARCHAR(40) NOT NULL,
  study_uid VARCHAR(64) NOT NULL,
  PRIMARY KEY (lookup_key, study_uid)
);
CREATE TABLE manifest (
  delivery_id BIGINT NOT NULL PRIMARY KEY,
  study_uid VARCHAR(64) NOT NULL,
  part INTEGER NOT NULL,
  destination VARCHAR(40) NOT NULL,
  accepted_at BIGINT NOT NULL,
  digest VARCHAR(32) FOR BIT DATA NOT NULL,
  left_out BLOB(16M),
  settled INTEGER NOT NULL,
  look_at BIGINT NOT NULL,
  kept_because VARCHAR(300)
);
CREATE INDEX manifest_due ON manifest (destination, settled, look_at);
CREATE INDEX manifest_study ON manifest (study_uid);
CREATE TABLE identity_file (
  file_name VARCHAR(100) NOT NULL PRIMARY KEY,
  study_uid VARCHAR(64) NOT NULL,
  images INTEGER NOT NULL,
  bytes BIGINT NOT NULL,
  made_at BIGINT NOT NULL
);
CREATE TABLE pack_to_tidy (
  pack_id VARCHAR(100) NOT NULL PRIMARY KEY
);
