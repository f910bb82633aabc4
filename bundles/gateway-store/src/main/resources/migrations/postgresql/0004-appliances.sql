ALTER TABLE instance ADD COLUMN appliance VARCHAR(16) NOT NULL DEFAULT '';
ALTER TABLE delivery ADD COLUMN appliance VARCHAR(16) NOT NULL DEFAULT '';
CREATE INDEX instance_loose ON instance (appliance) WHERE part IS NULL;
DROP INDEX delivery_due;
DROP INDEX delivery_rank;
CREATE INDEX delivery_due ON delivery (destination, appliance, state, due_at);
CREATE INDEX delivery_rank ON delivery (destination, appliance, state, rank_at, id);
