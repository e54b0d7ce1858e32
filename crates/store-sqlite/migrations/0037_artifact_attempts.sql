-- Each attempt to store a file writes an object of its own, and the one that is finished is the artifact's. The twin of
-- this file is in store-postgres/migrations.

-- Null: stored by an earlier release, under the artifact's id.
ALTER TABLE artifacts ADD COLUMN attempt BLOB;
