-- Calls that wait for something that their tool asked for: forms among them. The twin of this file is in store-postgres/migrations.

CREATE INDEX tool_calls_waiting ON tool_calls (tenant_id, dispatched_at, id) WHERE wait IS NOT NULL AND finished_at IS NULL;
CREATE INDEX tool_calls_that_waited ON tool_calls (tenant_id, dispatched_at, id) WHERE wait IS NOT NULL;
