-- How much a tenant keeps of what services sent. The twin of this file is in store-postgres/migrations.

-- What the event counts. Null: an earlier release kept it, which did not count.
ALTER TABLE inbound_events ADD COLUMN bytes INTEGER;

-- What is counted of a tenant's events, in parts, so that deliveries of one tenant seldom wait for each other's row.
CREATE TABLE inbound_event_bytes (
    tenant_id BLOB    NOT NULL,
    part      INTEGER NOT NULL, -- made of the event's id
    bytes     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, part)
) STRICT, WITHOUT ROWID;
