-- Which tool a call is made to, what an approval showed, what a run that sleeps waits for. The twin of this file is in
-- store-sqlite/migrations.

ALTER TABLE tool_calls ADD COLUMN tool        TEXT; -- JSON; null: written by a release that kept tool_id and executor only
ALTER TABLE tool_calls ADD COLUMN wait        TEXT; -- JSON; null: the tool did not say that the call waits
ALTER TABLE tool_calls ADD COLUMN answered_by UUID;

ALTER TABLE approvals ADD COLUMN target  TEXT; -- JSON; null: written by a release that showed the arguments only
ALTER TABLE approvals ADD COLUMN digest  TEXT; -- SHA-256 of the arguments and the target, hex
ALTER TABLE approvals ADD COLUMN changed TEXT; -- JSON list; null: nothing changed
-- A call has one question that counts. One that was replaced has its own id as call_id, and its call here.
ALTER TABLE approvals ADD COLUMN asked_about UUID;

ALTER TABLE runs ADD COLUMN waits_for      TEXT;   -- JSON list of words, of the run's last sleep
ALTER TABLE runs ADD COLUMN wake_at        BIGINT; -- of the run's last sleep: when it ends by itself, by the database's clock
ALTER TABLE runs ADD COLUMN parent_run_id  UUID;   -- the run that a call of started this one
ALTER TABLE runs ADD COLUMN parent_call_id UUID;
CREATE INDEX runs_sleeping ON runs (wake_at, tenant_id, id) WHERE phase = 'waiting_for_approval' AND wake_at IS NOT NULL;
CREATE INDEX runs_by_parent ON runs (parent_run_id, id) WHERE parent_run_id IS NOT NULL;
