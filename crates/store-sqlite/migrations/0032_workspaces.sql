-- Which artifact is at which path of a session's workspace. The twin of this file is in store-postgres/migrations.

CREATE TABLE workspace_files (
    tenant_id   BLOB NOT NULL,
    session_id  TEXT NOT NULL,
    path        TEXT NOT NULL,     -- relative to the workspace, without '.' and '..'
    artifact_id BLOB NOT NULL,
    bytes       INTEGER NOT NULL,
    modified_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, session_id, path)
) STRICT, WITHOUT ROWID;
