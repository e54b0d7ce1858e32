-- Work that agents do by themselves, and the runs that came of it. The twin of this file is in store-postgres/migrations.

CREATE TABLE tasks (
    id              BLOB NOT NULL PRIMARY KEY,
    tenant_id       BLOB NOT NULL,
    owner_id        BLOB NOT NULL,
    parent_id       BLOB,               -- the task that must succeed first
    agent_id        BLOB NOT NULL,
    title           TEXT NOT NULL,
    prompt          TEXT NOT NULL,
    schedule        TEXT,               -- JSON: {cron, timezone} or {at}
    trigger_service TEXT,
    trigger_type    TEXT,
    overlap         TEXT NOT NULL,
    misfire         TEXT NOT NULL,
    run_tokens      INTEGER,
    run_nano_usd    INTEGER,
    state           TEXT NOT NULL,
    next_at         INTEGER,            -- the time that is due next; absent unless the task is active
    skipped_at      INTEGER,            -- when the last start was due that came to nothing
    skipped_reason  TEXT,
    acts_for        TEXT NOT NULL,      -- JSON: in whose name the runs are
    saved_state     TEXT,               -- JSON: what the executions keep for each other
    version         INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER,
    deleted_at      INTEGER
) STRICT;
CREATE INDEX tasks_by_tenant ON tasks (tenant_id, id) WHERE deleted_at IS NULL;
CREATE INDEX tasks_due ON tasks (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX tasks_by_parent ON tasks (tenant_id, parent_id) WHERE parent_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX tasks_by_trigger ON tasks (tenant_id, trigger_service) WHERE trigger_service IS NOT NULL AND deleted_at IS NULL;

CREATE TABLE task_executions (
    run_id       BLOB NOT NULL PRIMARY KEY,
    tenant_id    BLOB NOT NULL,
    task_id      BLOB NOT NULL,
    cause        TEXT NOT NULL,
    due_at       INTEGER NOT NULL,
    run_tokens   INTEGER,               -- the budget of the execution
    run_nano_usd INTEGER,
    is_settled   INTEGER NOT NULL,      -- the run is over, and what follows it was started
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX task_executions_by_task ON task_executions (tenant_id, task_id, run_id);
CREATE INDEX task_executions_open ON task_executions (run_id) WHERE is_settled = 0;
