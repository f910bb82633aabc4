ALTER TABLE delivery ADD COLUMN requested_by VARCHAR(64);
ALTER TABLE delivery ADD COLUMN request_reason VARCHAR(200);
