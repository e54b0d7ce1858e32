-- Ids are UUIDs (16 bytes), times microseconds since 1970 UTC, JSON is text exactly as written (a journal must replay byte for byte).
-- The twin of this file is in store-postgres/migrations; both keep the same tables, columns and names.

CREATE TABLE tenants (
    id         BLOB    NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE users (
    tenant_id  BLOB    NOT NULL REFERENCES tenants (id),
    id         BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE api_keys (
    id          BLOB    NOT NULL PRIMARY KEY,
    tenant_id   BLOB    NOT NULL REFERENCES tenants (id),
    user_id     BLOB    NOT NULL,
    agent_id    BLOB,
    name        TEXT,
    hash        TEXT    NOT NULL UNIQUE,
    last4       TEXT    NOT NULL,
    scopes      TEXT    NOT NULL,
    daily_limit INTEGER,
    created_at  INTEGER NOT NULL,
    expires_at  INTEGER,
    revoked_at  INTEGER
) STRICT;
CREATE INDEX api_keys_by_user ON api_keys (tenant_id, user_id, id);

-- Runs started by an API key in a UTC day (days since 1970).
CREATE TABLE api_key_days (
    tenant_id  BLOB    NOT NULL,
    api_key_id BLOB    NOT NULL,
    day        INTEGER NOT NULL,
    runs       INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, api_key_id, day)
) STRICT, WITHOUT ROWID;

CREATE TABLE secrets (
    tenant_id  BLOB    NOT NULL REFERENCES tenants (id),
    name       TEXT    NOT NULL,
    sealed     TEXT    NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, name)
) STRICT;

CREATE TABLE agents (
    id            BLOB    NOT NULL PRIMARY KEY,
    tenant_id     BLOB    NOT NULL REFERENCES tenants (id),
    owner_user_id BLOB    NOT NULL,
    name          TEXT    NOT NULL,
    system_prompt TEXT    NOT NULL,
    model         TEXT    NOT NULL,
    llm_params    TEXT,
    status        TEXT    NOT NULL,
    version       INTEGER NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER,
    deleted_at    INTEGER
) STRICT;
CREATE INDEX agents_by_tenant ON agents (tenant_id, created_at, id);

CREATE TABLE agent_versions (
    tenant_id  BLOB    NOT NULL,
    agent_id   BLOB    NOT NULL REFERENCES agents (id),
    version    INTEGER NOT NULL,
    snapshot   TEXT    NOT NULL, -- JSON: {agent, bindings}
    created_by BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, agent_id, version)
) STRICT;

CREATE TABLE tools (
    id                 BLOB    NOT NULL PRIMARY KEY,
    tenant_id          BLOB    NOT NULL REFERENCES tenants (id),
    name               TEXT    NOT NULL,
    description        TEXT    NOT NULL,
    input_schema       TEXT    NOT NULL,
    execution_type     TEXT    NOT NULL,
    endpoint           TEXT,
    auth_type          TEXT    NOT NULL,
    status             TEXT    NOT NULL,
    version            INTEGER NOT NULL,
    http_method        TEXT    NOT NULL,
    parameter_mapping  TEXT    NOT NULL,
    custom_headers     TEXT    NOT NULL,
    response_transform TEXT,
    effect             TEXT    NOT NULL,
    status_endpoint    TEXT,
    created_at         INTEGER NOT NULL,
    updated_at         INTEGER,
    deleted_at         INTEGER
) STRICT;
CREATE INDEX tools_by_tenant ON tools (tenant_id, created_at, id);

CREATE TABLE bindings (
    id               BLOB    NOT NULL PRIMARY KEY,
    tenant_id        BLOB    NOT NULL REFERENCES tenants (id),
    agent_id         BLOB    NOT NULL REFERENCES agents (id),
    tool_id          BLOB    NOT NULL REFERENCES tools (id),
    permission_scope TEXT    NOT NULL,
    timeout_ms       INTEGER NOT NULL,
    rate_limit       TEXT,
    allowed_domains  TEXT    NOT NULL,
    secrets_ref      TEXT,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER,
    UNIQUE (agent_id, tool_id)
) STRICT;
CREATE INDEX bindings_by_tool ON bindings (tool_id);

CREATE TABLE sessions (
    tenant_id  BLOB    NOT NULL REFERENCES tenants (id),
    id         TEXT    NOT NULL,
    agent_id   BLOB    NOT NULL,
    next_seq   INTEGER NOT NULL, -- numbers from here on were never given to a worker
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE runs (
    id                BLOB    NOT NULL PRIMARY KEY,
    tenant_id         BLOB    NOT NULL REFERENCES tenants (id),
    agent_id          BLOB    NOT NULL REFERENCES agents (id),
    agent_version     INTEGER NOT NULL,
    session_id        TEXT    NOT NULL,
    trace_id          TEXT    NOT NULL,
    principal         TEXT    NOT NULL,
    input_message     TEXT    NOT NULL,
    phase             TEXT    NOT NULL,
    epoch             INTEGER NOT NULL,
    owner             TEXT,
    lease_until       INTEGER,            -- by the database's clock
    crash_count       INTEGER NOT NULL,
    cancel_requested  INTEGER NOT NULL,   -- 0 or 1
    is_head           INTEGER NOT NULL,   -- 1: first of its session's open runs; only heads are claimed
    wake              INTEGER NOT NULL,   -- 1: decided while a worker had it, so that going to sleep puts it back in the queue
    folded            INTEGER NOT NULL,   -- 1: over, and its deltas are folded
    output_message    TEXT,
    error_code        TEXT,
    error_message     TEXT,
    prompt_tokens     INTEGER,
    completion_tokens INTEGER,
    cached_tokens     INTEGER,
    reasoning_tokens  INTEGER,
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER,
    finished_at       INTEGER
) STRICT;
CREATE INDEX runs_by_tenant ON runs (tenant_id, id);
CREATE INDEX runs_by_session ON runs (tenant_id, session_id, id);
-- Open runs only: these stay small, however many runs there were.
CREATE INDEX runs_open ON runs (tenant_id, session_id, id, phase) WHERE phase IN ('queued', 'running', 'waiting_for_approval');
CREATE UNIQUE INDEX runs_heads ON runs (tenant_id, session_id) WHERE is_head = 1;
CREATE INDEX runs_ready ON runs (tenant_id, id) WHERE phase = 'queued' AND is_head = 1;
CREATE INDEX runs_leased ON runs (tenant_id, lease_until, id) WHERE phase = 'running';
CREATE INDEX runs_to_fold ON runs (finished_at) WHERE finished_at IS NOT NULL AND folded = 0;

-- The journal: append-only, the truth of every run. Deltas are the only rows ever folded.
CREATE TABLE journal (
    tenant_id  BLOB    NOT NULL,
    session_id TEXT    NOT NULL,
    seq        INTEGER NOT NULL,
    run_id     BLOB    NOT NULL,
    kind       TEXT    NOT NULL,
    payload    TEXT    NOT NULL,
    epoch      INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, session_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX journal_by_run ON journal (run_id, seq);

CREATE TABLE tool_calls (
    id               BLOB    NOT NULL PRIMARY KEY,
    tenant_id        BLOB    NOT NULL,
    run_id           BLOB    NOT NULL REFERENCES runs (id),
    step             INTEGER NOT NULL,
    ordinal          INTEGER NOT NULL,
    provider_call_id TEXT    NOT NULL,
    tool_id          BLOB,
    name             TEXT    NOT NULL,
    args             TEXT    NOT NULL,
    args_digest      TEXT    NOT NULL,
    effect           TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    attempts         INTEGER NOT NULL,
    result           TEXT,
    error            TEXT,
    duration_ms      INTEGER,
    planned_at       INTEGER NOT NULL,
    dispatched_at    INTEGER,
    finished_at      INTEGER
) STRICT;
CREATE INDEX tool_calls_by_run ON tool_calls (run_id, step, ordinal);

CREATE TABLE approvals (
    id           BLOB    NOT NULL PRIMARY KEY,
    tenant_id    BLOB    NOT NULL,
    session_id   TEXT    NOT NULL,
    run_id       BLOB    NOT NULL REFERENCES runs (id),
    call_id      BLOB    NOT NULL,
    name         TEXT    NOT NULL,
    args         TEXT    NOT NULL,
    args_digest  TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    decision     TEXT,
    decided_args TEXT,
    feedback     TEXT,
    decided_by   BLOB,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER,
    decided_at   INTEGER,
    UNIQUE (tenant_id, session_id, call_id)
) STRICT;
CREATE INDEX approvals_by_run ON approvals (run_id);
CREATE INDEX approvals_by_state ON approvals (tenant_id, state, created_at, id);

CREATE TABLE idempotency_keys (
    tenant_id    BLOB    NOT NULL,
    principal    TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    request_hash TEXT    NOT NULL,
    resource_id  BLOB    NOT NULL,
    status       INTEGER,           -- null while under way
    body         TEXT,
    locked_until INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, principal, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE audit_log (
    tenant_id   BLOB    NOT NULL,
    seq         INTEGER NOT NULL,
    user_id     BLOB,
    api_key_id  BLOB,
    ip          TEXT,
    action      TEXT    NOT NULL,
    entity_type TEXT    NOT NULL,
    entity_id   TEXT    NOT NULL,
    trace_id    TEXT    NOT NULL,
    outcome     TEXT    NOT NULL,
    details     TEXT,
    created_at  INTEGER NOT NULL,
    hash        TEXT    NOT NULL,
    PRIMARY KEY (tenant_id, seq)
) STRICT, WITHOUT ROWID;

-- The end of each tenant's chain, so that a cut-off tail shows too.
CREATE TABLE audit_heads (
    tenant_id BLOB    NOT NULL PRIMARY KEY,
    seq       INTEGER NOT NULL,
    hash      TEXT    NOT NULL
) STRICT;
