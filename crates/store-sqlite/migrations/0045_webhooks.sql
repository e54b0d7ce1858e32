-- Where tenants want to be told what happens, and how each message fared. The twin of this file is in
-- store-postgres/migrations.

CREATE TABLE webhook_endpoints (
    id               BLOB    NOT NULL PRIMARY KEY,
    tenant_id        BLOB    NOT NULL,
    url              TEXT    NOT NULL,
    description      TEXT,
    events           TEXT    NOT NULL, -- JSON: a list of words
    is_enabled       INTEGER NOT NULL, -- 0 or 1
    is_gone          INTEGER NOT NULL, -- 1: the receiver said 410
    sealed           TEXT    NOT NULL,
    old_sealed       TEXT,             -- the secret before, which signs too until then
    old_secret_until INTEGER,
    failures         INTEGER NOT NULL,
    failing_since    INTEGER,
    created_by       BLOB    NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER
) STRICT;
CREATE INDEX webhook_endpoints_by_tenant ON webhook_endpoints (tenant_id, created_at, id);
-- What each run's end looks at: nothing for a tenant without endpoints.
CREATE INDEX webhook_endpoints_enabled ON webhook_endpoints (tenant_id) WHERE is_enabled = 1;

CREATE TABLE webhook_deliveries (
    id          BLOB    NOT NULL PRIMARY KEY,
    tenant_id   BLOB    NOT NULL,
    endpoint_id BLOB    NOT NULL,
    event       TEXT    NOT NULL,
    payload     TEXT    NOT NULL, -- JSON: signed, so it never changes
    state       TEXT    NOT NULL,
    attempts    INTEGER NOT NULL,
    log         TEXT    NOT NULL, -- JSON: a list of attempts
    next_at     INTEGER,          -- null: no attempt is to come
    created_at  INTEGER NOT NULL
) STRICT;
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (tenant_id, endpoint_id, created_at, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at, id) WHERE next_at IS NOT NULL;
-- What the job asks each second, and what the sweep looks at. No tenant: they go over all of them.
CREATE INDEX webhook_deliveries_next ON webhook_deliveries (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);
