-- Runs whose journal holds an entry that the worker which claimed them cannot read. Such a run sleeps in the phase `waiting_for_approval`,
-- until `wake_at`; both columns are null unless a worker handed the run back.
-- The twin of this file is in store-sqlite/migrations.

ALTER TABLE runs ADD COLUMN blocked_level  BIGINT; -- the journal level of the worker that handed it back: a worker of a higher one wakes it
ALTER TABLE runs ADD COLUMN blocked_reason TEXT;
CREATE INDEX runs_blocked ON runs (blocked_level) WHERE blocked_level IS NOT NULL;
