-- Which calls a human decides about, as a tenant's administrators say. The twin of this file is in store-sqlite/migrations.

CREATE TABLE approval_rules (
    tenant_id  UUID NOT NULL PRIMARY KEY,
    rules      TEXT NOT NULL, -- a JSON array, in order
    updated_at BIGINT NOT NULL
);

-- Questions that end by themselves, whoever's they are.
CREATE INDEX approvals_by_end ON approvals (expires_at) WHERE state = 'pending' AND expires_at IS NOT NULL;
