-- Accounts of external services with their sealed secrets, and which agent may use them. The twin of this file is in store-sqlite/migrations.

CREATE TABLE credentials (
    id            UUID    NOT NULL PRIMARY KEY,
    tenant_id     UUID    NOT NULL,
    service_name  TEXT    NOT NULL, -- the key of a connector
    instance_id   TEXT    NOT NULL,
    account_label TEXT    NOT NULL,
    user_id       UUID,             -- null: the organisation's
    sealed        TEXT    NOT NULL,
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT  NOT NULL,
    last_used_at  BIGINT
);
CREATE UNIQUE INDEX credentials_by_instance ON credentials (tenant_id, service_name, instance_id);

CREATE TABLE grants (
    id            UUID    NOT NULL PRIMARY KEY,
    tenant_id     UUID    NOT NULL,
    agent_id      UUID    NOT NULL,
    credential_id UUID    NOT NULL,
    scopes        TEXT    NOT NULL, -- JSON: names and true, false or "ask"
    created_by    UUID    NOT NULL,
    created_at    BIGINT  NOT NULL
);
CREATE UNIQUE INDEX grants_by_agent ON grants (tenant_id, agent_id, credential_id);
CREATE INDEX grants_by_credential ON grants (tenant_id, credential_id);
