-- Sessions and access tokens that were obtained with a credential, sealed, and who is making a new one. The twin of this file is in store-postgres/migrations.

CREATE TABLE connector_tokens (
    tenant_id     BLOB NOT NULL,
    credential_id BLOB NOT NULL,
    sealed        TEXT,          -- null: none was made yet
    owner         BLOB,          -- who is making one, until lease_until by the database's clock
    lease_until   INTEGER,
    PRIMARY KEY (tenant_id, credential_id)
) STRICT, WITHOUT ROWID;
