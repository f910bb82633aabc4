ALTER TABLE delivery ADD COLUMN priority INTEGER NOT NULL DEFAULT 4;
ALTER TABLE delivery ADD COLUMN rank_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN failing_since BIGINT;
UPDATE delivery SET rank_at = created_at - 3600000;
CREATE INDEX delivery_rank ON delivery (destination, state, rank_at, id);
