-- Starts of tasks that inbound events ask for, until they are made. The twin of this file is in store-sqlite/migrations.

CREATE TABLE task_starts (
    task_id    UUID NOT NULL,
    event_id   UUID NOT NULL,
    tenant_id  UUID NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (task_id, event_id)
);
CREATE INDEX task_starts_oldest ON task_starts (created_at);
