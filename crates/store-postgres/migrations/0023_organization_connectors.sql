-- Connectors that organisations made for themselves. The twin of this file is in store-sqlite/migrations.

CREATE TABLE organization_connectors (
    tenant_id  UUID   NOT NULL,
    key        TEXT   NOT NULL,
    import_id  UUID   NOT NULL, -- of the import that made it what it is
    definition TEXT   NOT NULL, -- JSON
    bytes      BIGINT NOT NULL, -- of the definition
    digest     TEXT   NOT NULL, -- hex SHA-256 of the definition
    created_by UUID   NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, key)
);
