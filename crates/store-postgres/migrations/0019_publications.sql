-- Which request made a version: a request that comes again finds its version instead of making another.
-- The twin of this file is in store-sqlite/migrations.

ALTER TABLE agent_versions ADD COLUMN request_id UUID; -- null: made by a change of a binding, at creation, or by an earlier release
