CREATE TABLE delivery_receipts (
  delivery_id BIGINT NOT NULL PRIMARY KEY,
  receipts BYTEA NOT NULL
);
