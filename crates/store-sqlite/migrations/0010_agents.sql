-- Who made an agent, whether it may run, which version its runs use; names that can be compared without case.
-- The twin of this file is in store-postgres/migrations.

ALTER TABLE agents ADD COLUMN kind             TEXT    NOT NULL DEFAULT 'custom';
ALTER TABLE agents ADD COLUMN is_enabled       INTEGER NOT NULL DEFAULT 1; -- 0: no run of it can be started
-- Of a published agent: the version that is known to hold the agent as it was published. Null, or another number than `version`:
-- an earlier release published the agent, and what it is now is to be compared with what was kept.
ALTER TABLE agents ADD COLUMN snapshot_version INTEGER;
ALTER TABLE agents ADD COLUMN is_changed       INTEGER NOT NULL DEFAULT 0; -- 1: differs from that version
-- The name as it is compared without case, and the name that this was made from: an earlier release changes the name alone.
ALTER TABLE agents ADD COLUMN folded_name      TEXT;
ALTER TABLE agents ADD COLUMN folded_from      TEXT;
CREATE INDEX agents_disabled ON agents (kind) WHERE is_enabled = 0;

ALTER TABLE runs ADD COLUMN is_draft INTEGER NOT NULL DEFAULT 0; -- 1: uses the agent as it is; `agent_version` says nothing
