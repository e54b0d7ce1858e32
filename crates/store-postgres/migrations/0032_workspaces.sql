-- Which artifact is at which path of a session's workspace. The twin of this file is in store-sqlite/migrations.

CREATE TABLE workspace_files (
    tenant_id   UUID NOT NULL,
    session_id  TEXT NOT NULL,
    path        TEXT COLLATE "C" NOT NULL,     -- relative to the workspace, without '.' and '..'
    artifact_id UUID NOT NULL,
    bytes       BIGINT NOT NULL,
    modified_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, session_id, path)
);
