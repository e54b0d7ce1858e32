-- What the job of tasks looks at in each round, and what it leaves alone for a while. The twin of this file is in
-- store-sqlite/migrations.

-- A start that could not be made is tried again at this time.
ALTER TABLE tasks ADD COLUMN put_back_until BIGINT;
ALTER TABLE task_starts ADD COLUMN put_back_until BIGINT;

-- The call of an agent that asked for the execution: made again after a crash, it finds the run.
ALTER TABLE task_executions ADD COLUMN call_id UUID;
CREATE UNIQUE INDEX task_executions_of_call ON task_executions (tenant_id, call_id) WHERE call_id IS NOT NULL;

-- Executions whose run is over and that are still to be settled. A trigger says so, so that no statement which ends a
-- run can forget it, nor one of the binary before.
ALTER TABLE task_executions ADD COLUMN is_over BOOLEAN NOT NULL DEFAULT false;
CREATE INDEX task_executions_over ON task_executions (run_id) WHERE is_over AND NOT is_settled;

CREATE FUNCTION execution_is_over() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE task_executions SET is_over = true WHERE run_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER end_of_execution AFTER UPDATE OF phase ON runs FOR EACH ROW
    WHEN (NEW.phase IN ('succeeded', 'failed', 'cancelled') AND OLD.phase NOT IN ('succeeded', 'failed', 'cancelled'))
    EXECUTE FUNCTION execution_is_over();

UPDATE task_executions e SET is_over = true FROM runs r
WHERE r.id = e.run_id AND NOT e.is_settled AND r.phase IN ('succeeded', 'failed', 'cancelled');
