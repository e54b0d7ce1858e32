-- Starts of tasks that inbound events ask for, until they are made. The twin of this file is in store-postgres/migrations.

CREATE TABLE task_starts (
    task_id    BLOB NOT NULL,
    event_id   BLOB NOT NULL,
    tenant_id  BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (task_id, event_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_starts_oldest ON task_starts (created_at);
