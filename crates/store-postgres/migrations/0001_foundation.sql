-- Ids are UUIDs, times microseconds since 1970 UTC, JSON is text exactly as written (a journal must replay byte for byte, and jsonb
-- would not). The twin of this file is in store-sqlite/migrations; both keep the same tables, columns and names.
--
-- Tables that every run writes to carry no foreign keys: the check locks the parent's row in shared mode, and thousands of runs of
-- one agent would queue up at that row. Their statements take the parent's id from the parent's row instead.

CREATE TABLE tenants (
    id         UUID    NOT NULL PRIMARY KEY,
    created_at BIGINT  NOT NULL
);

CREATE TABLE users (
    tenant_id  UUID    NOT NULL REFERENCES tenants (id),
    id         UUID    NOT NULL,
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE api_keys (
    id          UUID    NOT NULL PRIMARY KEY,
    tenant_id   UUID    NOT NULL REFERENCES tenants (id),
    user_id     UUID    NOT NULL,
    agent_id    UUID,
    name        TEXT,
    hash        TEXT    NOT NULL UNIQUE,
    last4       TEXT    NOT NULL,
    scopes      TEXT    NOT NULL,
    daily_limit BIGINT,
    created_at  BIGINT  NOT NULL,
    expires_at  BIGINT,
    revoked_at  BIGINT
);
CREATE INDEX api_keys_by_user ON api_keys (tenant_id, user_id, id);

-- Runs started by an API key in a UTC day (days since 1970).
CREATE TABLE api_key_days (
    tenant_id  UUID    NOT NULL,
    api_key_id UUID    NOT NULL,
    day        BIGINT  NOT NULL,
    runs       BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, api_key_id, day)
);

CREATE TABLE secrets (
    tenant_id  UUID    NOT NULL REFERENCES tenants (id),
    name       TEXT    COLLATE "C" NOT NULL,
    sealed     TEXT    NOT NULL,
    updated_at BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, name)
);

CREATE TABLE agents (
    id            UUID    NOT NULL PRIMARY KEY,
    tenant_id     UUID    NOT NULL REFERENCES tenants (id),
    owner_user_id UUID    NOT NULL,
    name          TEXT    NOT NULL,
    system_prompt TEXT    NOT NULL,
    model         TEXT    NOT NULL,
    llm_params    TEXT,
    status        TEXT    NOT NULL,
    version       BIGINT  NOT NULL,
    created_at    BIGINT  NOT NULL,
    updated_at    BIGINT,
    deleted_at    BIGINT
);
CREATE INDEX agents_by_tenant ON agents (tenant_id, created_at, id);

CREATE TABLE agent_versions (
    tenant_id  UUID    NOT NULL,
    agent_id   UUID    NOT NULL REFERENCES agents (id),
    version    BIGINT  NOT NULL,
    snapshot   TEXT    NOT NULL, -- JSON: {agent, bindings}
    created_by UUID    NOT NULL,
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, agent_id, version)
);

CREATE TABLE tools (
    id                 UUID    NOT NULL PRIMARY KEY,
    tenant_id          UUID    NOT NULL REFERENCES tenants (id),
    name               TEXT    NOT NULL,
    description        TEXT    NOT NULL,
    input_schema       TEXT    NOT NULL,
    execution_type     TEXT    NOT NULL,
    endpoint           TEXT,
    auth_type          TEXT    NOT NULL,
    status             TEXT    NOT NULL,
    version            BIGINT  NOT NULL,
    http_method        TEXT    NOT NULL,
    parameter_mapping  TEXT    NOT NULL,
    custom_headers     TEXT    NOT NULL,
    response_transform TEXT,
    effect             TEXT    NOT NULL,
    status_endpoint    TEXT,
    created_at         BIGINT  NOT NULL,
    updated_at         BIGINT,
    deleted_at         BIGINT
);
CREATE INDEX tools_by_tenant ON tools (tenant_id, created_at, id);

CREATE TABLE bindings (
    id               UUID    NOT NULL PRIMARY KEY,
    tenant_id        UUID    NOT NULL REFERENCES tenants (id),
    agent_id         UUID    NOT NULL REFERENCES agents (id),
    tool_id          UUID    NOT NULL REFERENCES tools (id),
    permission_scope TEXT    NOT NULL,
    timeout_ms       BIGINT  NOT NULL,
    rate_limit       TEXT,
    allowed_domains  TEXT    NOT NULL,
    secrets_ref      TEXT,
    created_at       BIGINT  NOT NULL,
    updated_at       BIGINT,
    UNIQUE (agent_id, tool_id)
);
CREATE INDEX bindings_by_tool ON bindings (tool_id);

CREATE TABLE sessions (
    tenant_id  UUID    NOT NULL,
    id         TEXT    COLLATE "C" NOT NULL, -- binary order: cheaper, and the same on every server
    agent_id   UUID    NOT NULL,
    next_seq   BIGINT  NOT NULL, -- numbers from here on were never given to a worker
    created_at BIGINT  NOT NULL,
    updated_at BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, id)
);

CREATE TABLE runs (
    id                UUID    NOT NULL PRIMARY KEY,
    tenant_id         UUID    NOT NULL,
    agent_id          UUID    NOT NULL,
    agent_version     BIGINT  NOT NULL,
    session_id        TEXT    COLLATE "C" NOT NULL,
    trace_id          TEXT    NOT NULL,
    principal         TEXT    NOT NULL,
    input_message     TEXT    NOT NULL,
    phase             TEXT    NOT NULL,
    epoch             BIGINT  NOT NULL,
    owner             TEXT,
    lease_until       BIGINT,            -- by the database's clock
    crash_count       BIGINT  NOT NULL,
    cancel_requested  BOOLEAN NOT NULL,
    is_head           SMALLINT NOT NULL,  -- 1: first of its session's open runs; only heads are claimed. 2: and others wait behind it
    wake              BOOLEAN NOT NULL,   -- decided while a worker had it, so that going to sleep puts it back in the queue
    folded            BOOLEAN NOT NULL,   -- over, and its deltas are folded
    output_message    TEXT,
    error_code        TEXT,
    error_message     TEXT,
    prompt_tokens     BIGINT,
    completion_tokens BIGINT,
    cached_tokens     BIGINT,
    reasoning_tokens  BIGINT,
    created_at        BIGINT  NOT NULL,
    updated_at        BIGINT,
    finished_at       BIGINT
);
CREATE INDEX runs_by_tenant ON runs (tenant_id, id);
CREATE INDEX runs_by_session ON runs (tenant_id, session_id, id);
-- Open runs only: these stay small, however many runs there were.
CREATE UNIQUE INDEX runs_heads ON runs (tenant_id, session_id) WHERE is_head > 0;
CREATE INDEX runs_behind ON runs (tenant_id, session_id, id) WHERE phase = 'queued' AND is_head = 0;
CREATE INDEX runs_ready ON runs (tenant_id, id) WHERE phase = 'queued' AND is_head > 0;
CREATE INDEX runs_leased ON runs (tenant_id, lease_until) WHERE phase = 'running';
CREATE INDEX runs_waiting ON runs (tenant_id) WHERE phase = 'waiting_for_approval';
CREATE INDEX runs_to_fold ON runs (finished_at) WHERE finished_at IS NOT NULL AND NOT folded;
-- A run's row changes a few times within a second and then never again: keep dead versions few and the planner informed.
ALTER TABLE runs SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);

-- The journal: append-only, the truth of every run. Deltas are the only rows ever folded.
CREATE TABLE journal (
    tenant_id  UUID    NOT NULL,
    session_id TEXT    COLLATE "C" NOT NULL,
    seq        BIGINT  NOT NULL,
    run_id     UUID    NOT NULL,
    kind       TEXT    NOT NULL,
    payload    TEXT    NOT NULL,
    epoch      BIGINT  NOT NULL,
    created_at BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, session_id, seq)
);
CREATE INDEX journal_by_run ON journal (run_id, seq);

CREATE TABLE tool_calls (
    id               UUID    NOT NULL PRIMARY KEY,
    tenant_id        UUID    NOT NULL,
    run_id           UUID    NOT NULL,
    step             BIGINT  NOT NULL,
    ordinal          BIGINT  NOT NULL,
    provider_call_id TEXT    NOT NULL,
    tool_id          UUID,
    name             TEXT    NOT NULL,
    args             TEXT    NOT NULL,
    args_digest      TEXT    NOT NULL,
    effect           TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    attempts         BIGINT  NOT NULL,
    result           TEXT,
    error            TEXT,
    duration_ms      BIGINT,
    planned_at       BIGINT  NOT NULL,
    dispatched_at    BIGINT,
    finished_at      BIGINT
);
CREATE INDEX tool_calls_by_run ON tool_calls (run_id, step, ordinal);

CREATE TABLE approvals (
    id           UUID    NOT NULL PRIMARY KEY,
    tenant_id    UUID    NOT NULL,
    session_id   TEXT    COLLATE "C" NOT NULL,
    run_id       UUID    NOT NULL,
    call_id      UUID    NOT NULL,
    name         TEXT    NOT NULL,
    args         TEXT    NOT NULL,
    args_digest  TEXT    NOT NULL,
    reason       TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    decision     TEXT,
    decided_args TEXT,
    feedback     TEXT,
    decided_by   UUID,
    created_at   BIGINT  NOT NULL,
    expires_at   BIGINT,
    decided_at   BIGINT,
    UNIQUE (tenant_id, session_id, call_id)
);
CREATE INDEX approvals_by_run ON approvals (run_id);
CREATE INDEX approvals_by_state ON approvals (tenant_id, state, created_at, id);

CREATE TABLE idempotency_keys (
    tenant_id    UUID    NOT NULL,
    principal    TEXT    NOT NULL,
    key          TEXT    NOT NULL,
    request_hash TEXT    NOT NULL,
    resource_id  UUID    NOT NULL,
    status       BIGINT,           -- null while under way
    body         TEXT,
    locked_until BIGINT  NOT NULL,
    created_at   BIGINT  NOT NULL,
    PRIMARY KEY (tenant_id, principal, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);

CREATE TABLE audit_log (
    tenant_id   UUID    NOT NULL,
    seq         BIGINT  NOT NULL,
    user_id     UUID,
    api_key_id  UUID,
    ip          TEXT,
    action      TEXT    NOT NULL,
    entity_type TEXT    NOT NULL,
    entity_id   TEXT    NOT NULL,
    trace_id    TEXT    NOT NULL,
    outcome     TEXT    NOT NULL,
    details     TEXT,
    created_at  BIGINT  NOT NULL,
    hash        TEXT    NOT NULL,
    PRIMARY KEY (tenant_id, seq)
);

-- The end of each tenant's chain, so that a cut-off tail shows too.
CREATE TABLE audit_heads (
    tenant_id UUID    NOT NULL PRIMARY KEY,
    seq       BIGINT  NOT NULL,
    hash      TEXT    NOT NULL
) WITH (fillfactor = 50); -- updated in place by every audited transaction
