-- Files of users and of tools. Their bytes are in the storage of artifacts, under tenant and id. The twin of this file is in store-postgres/migrations.

CREATE TABLE artifacts (
    tenant_id    BLOB NOT NULL,
    id           BLOB NOT NULL,
    owner_id     BLOB NOT NULL,
    session_id   TEXT,              -- null: sent outside of any session
    kind         TEXT NOT NULL,     -- such as 'file', 'draft', 'tool_result'
    title        TEXT,
    media_type   TEXT NOT NULL,     -- empty while the bytes are not stored
    bytes        INTEGER NOT NULL,
    sha256       TEXT NOT NULL,     -- hex
    is_ephemeral INTEGER NOT NULL,    -- goes with its session
    state        TEXT NOT NULL,     -- 'storing', 'stored', 'condemned'
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- What a sweep looks at. No tenant: a sweep goes over all of them.
CREATE INDEX artifacts_to_sweep ON artifacts (updated_at) WHERE state <> 'stored';
CREATE INDEX artifacts_of_ended ON artifacts (tenant_id, session_id) WHERE state = 'stored' AND is_ephemeral = 1;
