-- Connectors that organisations made for themselves. The twin of this file is in store-postgres/migrations.

CREATE TABLE organization_connectors (
    tenant_id  BLOB    NOT NULL,
    key        TEXT    NOT NULL,
    import_id  BLOB    NOT NULL, -- of the import that made it what it is
    definition TEXT    NOT NULL, -- JSON
    bytes      INTEGER NOT NULL, -- of the definition
    digest     TEXT    NOT NULL, -- hex SHA-256 of the definition
    created_by BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, key)
) STRICT;
