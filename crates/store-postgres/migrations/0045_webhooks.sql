-- Where tenants want to be told what happens, and how each message fared. The twin of this file is in
-- store-sqlite/migrations.

CREATE TABLE webhook_endpoints (
    id               UUID    NOT NULL PRIMARY KEY,
    tenant_id        UUID    NOT NULL,
    url              TEXT    NOT NULL,
    description      TEXT,
    events           TEXT    NOT NULL, -- JSON: a list of words
    is_enabled       BOOLEAN NOT NULL,
    is_gone          BOOLEAN NOT NULL, -- the receiver said 410
    sealed           TEXT    NOT NULL,
    old_sealed       TEXT,             -- the secret before, which signs too until then
    old_secret_until BIGINT,
    failures         BIGINT  NOT NULL,
    failing_since    BIGINT,
    created_by       UUID    NOT NULL,
    created_at       BIGINT  NOT NULL,
    updated_at       BIGINT
);
CREATE INDEX webhook_endpoints_by_tenant ON webhook_endpoints (tenant_id, created_at, id);
-- What each run's end looks at: nothing for a tenant without endpoints.
CREATE INDEX webhook_endpoints_enabled ON webhook_endpoints (tenant_id) WHERE is_enabled;

CREATE TABLE webhook_deliveries (
    id          UUID    NOT NULL PRIMARY KEY,
    tenant_id   UUID    NOT NULL,
    endpoint_id UUID    NOT NULL,
    event       TEXT    NOT NULL,
    payload     TEXT    NOT NULL, -- JSON: signed, so it never changes
    state       TEXT    NOT NULL,
    attempts    BIGINT  NOT NULL,
    log         TEXT    NOT NULL, -- JSON: a list of attempts
    next_at     BIGINT,           -- null: no attempt is to come
    created_at  BIGINT  NOT NULL
);
CREATE INDEX webhook_deliveries_by_endpoint ON webhook_deliveries (tenant_id, endpoint_id, created_at, id);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_at, id) WHERE next_at IS NOT NULL;
-- What the job asks each second, and what the sweep looks at. No tenant: they go over all of them.
CREATE INDEX webhook_deliveries_next ON webhook_deliveries (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);
