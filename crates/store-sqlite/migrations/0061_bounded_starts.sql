-- What bounds starts of tasks, a notice that cannot be read, and tokens whose client may not have got them. The twin of this file is in store-postgres/migrations.

-- The head of each tenant's starts, and how many wait.
CREATE INDEX task_starts_of_tenant ON task_starts (tenant_id, created_at, event_id);

-- The run whose agents asked for this execution, directly or through others, and through how many.
ALTER TABLE task_executions ADD COLUMN line_id BLOB;
ALTER TABLE task_executions ADD COLUMN depth INTEGER NOT NULL DEFAULT 0;
CREATE INDEX task_executions_of_line ON task_executions (tenant_id, line_id) WHERE line_id IS NOT NULL;

-- A notice that this release cannot read is looked at again at this time.
ALTER TABLE notices ADD COLUMN put_back_until INTEGER;

-- Tokens were made, and nobody knows yet whether the client got the answer.
ALTER TABLE refresh_families ADD COLUMN is_unanswered INTEGER NOT NULL DEFAULT 0;
ALTER TABLE authorization_codes ADD COLUMN is_unanswered INTEGER NOT NULL DEFAULT 0;
