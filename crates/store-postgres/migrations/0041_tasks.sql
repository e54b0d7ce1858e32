-- Work that agents do by themselves, and the runs that came of it. The twin of this file is in store-sqlite/migrations.

CREATE TABLE tasks (
    id              UUID NOT NULL PRIMARY KEY,
    tenant_id       UUID NOT NULL,
    owner_id        UUID NOT NULL,
    parent_id       UUID,               -- the task that must succeed first
    agent_id        UUID NOT NULL,
    title           TEXT NOT NULL,
    prompt          TEXT NOT NULL,
    schedule        TEXT,               -- JSON: {cron, timezone} or {at}
    trigger_service TEXT COLLATE "C",
    trigger_type    TEXT COLLATE "C",
    overlap         TEXT NOT NULL,
    misfire         TEXT NOT NULL,
    run_tokens      BIGINT,
    run_nano_usd    BIGINT,
    state           TEXT NOT NULL,
    next_at         BIGINT,            -- the time that is due next; absent unless the task is active
    skipped_at      BIGINT,            -- when the last start was due that came to nothing
    skipped_reason  TEXT,
    acts_for        TEXT NOT NULL,      -- JSON: in whose name the runs are
    saved_state     TEXT,               -- JSON: what the executions keep for each other
    version         BIGINT NOT NULL,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT,
    deleted_at      BIGINT
);
CREATE INDEX tasks_by_tenant ON tasks (tenant_id, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_due ON tasks (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX tasks_by_parent ON tasks (tenant_id, parent_id) WHERE parent_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tasks_by_trigger ON tasks (tenant_id, trigger_service) WHERE trigger_service IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE task_executions (
    run_id       UUID NOT NULL PRIMARY KEY,
    tenant_id    UUID NOT NULL,
    task_id      UUID NOT NULL,
    cause        TEXT NOT NULL,
    due_at       BIGINT NOT NULL,
    run_tokens   BIGINT,               -- the budget of the execution
    run_nano_usd BIGINT,
    is_settled   BOOLEAN NOT NULL,     -- the run is over, and what follows it was started
    created_at   BIGINT NOT NULL
);
CREATE INDEX task_executions_by_task ON task_executions (tenant_id, task_id, run_id);
CREATE INDEX task_executions_open ON task_executions (run_id) WHERE NOT is_settled;
