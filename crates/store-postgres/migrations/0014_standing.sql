-- On what the access of a user who was seen rested: a presence ends with it. Null in rows of earlier releases.
-- The twin of this file is in store-sqlite/migrations.

ALTER TABLE presence ADD COLUMN api_key_id UUID;
ALTER TABLE presence ADD COLUMN family_id  UUID;
ALTER TABLE presence ADD COLUMN client_id  TEXT COLLATE "C";
