-- What services sent, by service. The twin of this file is in store-postgres/migrations.

-- A list of one service's events does not read those of the others.
CREATE INDEX inbound_events_by_service ON inbound_events (tenant_id, service, id);
