-- What services sent by themselves. The twin of this file is in store-sqlite/migrations.

CREATE TABLE inbound_events (
    tenant_id   UUID    NOT NULL,
    id          UUID    NOT NULL, -- UUIDv7: newer ones are larger
    hook_id     UUID    NOT NULL,
    service     TEXT    NOT NULL, -- the key of a connector
    kind        TEXT,             -- the service's word for what happened
    delivery_id TEXT    NOT NULL, -- for people; what is unique is the sameness
    sameness    BYTEA,            -- null: the same delivery would be another event by now
    payload     TEXT    NOT NULL, -- JSON
    received_at BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, id)
);
CREATE UNIQUE INDEX inbound_events_once ON inbound_events (tenant_id, hook_id, sameness);

-- What the sweep looks at. No tenant: a sweep goes over all of them.
CREATE INDEX inbound_events_by_age ON inbound_events (received_at);
