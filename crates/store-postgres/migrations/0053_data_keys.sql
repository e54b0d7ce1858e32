-- The keys under which the secrets of tenants are sealed. The twin of this file is in store-sqlite/migrations.

CREATE TABLE data_keys (
    tenant_id  UUID    NOT NULL PRIMARY KEY,
    wrapped    TEXT    NOT NULL, -- sealed under the master key of the installation
    created_at BIGINT  NOT NULL
);
