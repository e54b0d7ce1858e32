-- Which event a call waits for. The twin of this file is in store-postgres/migrations.

ALTER TABLE tool_calls ADD COLUMN event_service TEXT;
ALTER TABLE tool_calls ADD COLUMN event_type TEXT;
-- What an inbound event looks at: few calls wait for one.
CREATE INDEX tool_calls_waiting_for_events ON tool_calls (tenant_id, event_service, event_type)
    WHERE event_service IS NOT NULL AND finished_at IS NULL;
