-- On what the access of a user who was seen rested: a presence ends with it. Null in rows of earlier releases.
-- The twin of this file is in store-postgres/migrations.

ALTER TABLE presence ADD COLUMN api_key_id BLOB;
ALTER TABLE presence ADD COLUMN family_id  BLOB;
ALTER TABLE presence ADD COLUMN client_id  TEXT;
