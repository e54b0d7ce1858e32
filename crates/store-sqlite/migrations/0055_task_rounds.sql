-- What the job of tasks looks at in each round, and what it leaves alone for a while. The twin of this file is in
-- store-postgres/migrations.

-- A start that could not be made is tried again at this time.
ALTER TABLE tasks ADD COLUMN put_back_until INTEGER;
ALTER TABLE task_starts ADD COLUMN put_back_until INTEGER;

-- The call of an agent that asked for the execution: made again after a crash, it finds the run.
ALTER TABLE task_executions ADD COLUMN call_id BLOB;
CREATE UNIQUE INDEX task_executions_of_call ON task_executions (tenant_id, call_id) WHERE call_id IS NOT NULL;

-- Executions whose run is over and that are still to be settled. A trigger says so, so that no statement which ends a
-- run can forget it, nor one of the binary before.
ALTER TABLE task_executions ADD COLUMN is_over INTEGER NOT NULL DEFAULT 0;
CREATE INDEX task_executions_over ON task_executions (run_id) WHERE is_over = 1 AND is_settled = 0;

CREATE TRIGGER end_of_execution AFTER UPDATE OF phase ON runs
WHEN NEW.phase IN ('succeeded', 'failed', 'cancelled') AND OLD.phase NOT IN ('succeeded', 'failed', 'cancelled')
BEGIN
    UPDATE task_executions SET is_over = 1 WHERE run_id = NEW.id;
END;

UPDATE task_executions SET is_over = 1
WHERE is_settled = 0 AND run_id IN (SELECT id FROM runs WHERE phase IN ('succeeded', 'failed', 'cancelled'));
