-- Where services deliver what they send by themselves. The twin of this file is in store-postgres/migrations.

CREATE TABLE hooks (
    id              BLOB    NOT NULL PRIMARY KEY,
    tenant_id       BLOB    NOT NULL,
    connector_key   TEXT    NOT NULL,
    token_hash      TEXT    NOT NULL, -- hex
    last4           TEXT    NOT NULL,
    sealed          TEXT,             -- null: no secret was agreed with the service, or the hook is revoked
    created_by      BLOB    NOT NULL,
    created_at      INTEGER NOT NULL,
    last_refused_at INTEGER,
    revoked_at      INTEGER
) STRICT;
CREATE UNIQUE INDEX hooks_by_token ON hooks (tenant_id, token_hash);
CREATE INDEX hooks_by_connector ON hooks (tenant_id, connector_key, created_at);
