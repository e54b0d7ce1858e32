-- The keys under which the secrets of tenants are sealed. The twin of this file is in store-postgres/migrations.

CREATE TABLE data_keys (
    tenant_id  BLOB    NOT NULL PRIMARY KEY,
    wrapped    TEXT    NOT NULL, -- sealed under the master key of the installation
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
