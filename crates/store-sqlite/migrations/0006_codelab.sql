-- Users' dialogues with the specialists: sessions that belong to somebody, runs that the specialists share, calls that clients execute.
-- The twin of this file is in store-postgres/migrations.

ALTER TABLE sessions ADD COLUMN user_id       BLOB;                        -- null: made by runs of other agents
ALTER TABLE sessions ADD COLUMN title         TEXT;
ALTER TABLE sessions ADD COLUMN description   TEXT;
ALTER TABLE sessions ADD COLUMN metadata      TEXT;                        -- JSON
ALTER TABLE sessions ADD COLUMN system_prompt TEXT;
ALTER TABLE sessions ADD COLUMN specialist    TEXT;                        -- whose turn it is
ALTER TABLE sessions ADD COLUMN is_pinned     INTEGER NOT NULL DEFAULT 0;  -- 0 or 1
ALTER TABLE sessions ADD COLUMN message_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE sessions ADD COLUMN is_active     INTEGER NOT NULL DEFAULT 1;  -- 0: ended, and kept
CREATE INDEX sessions_by_user ON sessions (tenant_id, user_id, updated_at, id) WHERE user_id IS NOT NULL;
-- A connection without credentials names a session and no tenant.
CREATE INDEX sessions_by_id ON sessions (id) WHERE user_id IS NOT NULL;

ALTER TABLE runs ADD COLUMN team TEXT; -- JSON; null: not of the specialists

ALTER TABLE tool_calls ADD COLUMN executor TEXT NOT NULL DEFAULT 'server';

-- Where users were seen lately, and when last.
CREATE TABLE presence (
    tenant_id BLOB    NOT NULL,
    user_id   BLOB    NOT NULL,
    ip        TEXT    NOT NULL,
    seen_at   INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, user_id, ip)
) STRICT, WITHOUT ROWID;
CREATE INDEX presence_by_age ON presence (seen_at);

-- Calls that are old enough to be forgotten.
CREATE INDEX llm_calls_by_age ON llm_calls (started_at);
