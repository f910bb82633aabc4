CREATE TABLE delivery_left_out (
  delivery_id BIGINT NOT NULL,
  series_uid VARCHAR(64) NOT NULL,
  PRIMARY KEY (delivery_id, series_uid)
);
