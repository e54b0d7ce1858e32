-- Sessions and access tokens that were obtained with a credential, sealed, and who is making a new one. The twin of this file is in store-sqlite/migrations.

CREATE TABLE connector_tokens (
    tenant_id     UUID NOT NULL,
    credential_id UUID NOT NULL,
    sealed        TEXT,          -- null: none was made yet
    owner         UUID,          -- who is making one, until lease_until by the database's clock
    lease_until   BIGINT,
    PRIMARY KEY (tenant_id, credential_id)
);
