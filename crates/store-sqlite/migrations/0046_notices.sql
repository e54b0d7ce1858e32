-- What happened and is still to be told. A trigger writes it, so that no statement which ends a run or changes a
-- question can forget it, nor one of the binary before. The twin of this file is in store-postgres/migrations.

CREATE TABLE notices (
    tenant_id  BLOB    NOT NULL,
    subject_id BLOB    NOT NULL, -- a run or an approval
    event      TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, subject_id, event)
) STRICT, WITHOUT ROWID;
-- No tenant: the job goes over all of them.
CREATE INDEX notices_by_age ON notices (at);

CREATE TRIGGER notice_of_run AFTER UPDATE OF phase ON runs
WHEN NEW.phase IN ('succeeded', 'failed', 'cancelled') AND OLD.phase NOT IN ('succeeded', 'failed', 'cancelled')
BEGIN
    INSERT INTO notices (tenant_id, subject_id, event, state, at)
    SELECT NEW.tenant_id, NEW.id, 'run.' || NEW.phase, NEW.phase, coalesce(NEW.finished_at, NEW.updated_at, NEW.created_at)
    WHERE EXISTS (SELECT 1 FROM webhook_endpoints e, json_each(e.events) w
                  WHERE e.tenant_id = NEW.tenant_id AND e.is_enabled = 1 AND w.value = 'run.' || NEW.phase)
    ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER notice_of_question AFTER INSERT ON approvals
WHEN NEW.state = 'pending'
BEGIN
    INSERT INTO notices (tenant_id, subject_id, event, state, at)
    SELECT NEW.tenant_id, NEW.id, 'approval.requested', NEW.state, NEW.created_at
    WHERE EXISTS (SELECT 1 FROM webhook_endpoints e, json_each(e.events) w
                  WHERE e.tenant_id = NEW.tenant_id AND e.is_enabled = 1 AND w.value = 'approval.requested')
    ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER notice_of_answer AFTER UPDATE OF state ON approvals
WHEN NEW.state <> OLD.state AND NEW.state <> 'pending'
BEGIN
    INSERT INTO notices (tenant_id, subject_id, event, state, at)
    SELECT NEW.tenant_id, NEW.id, word.event, NEW.state, coalesce(NEW.decided_at, NEW.created_at)
    FROM (SELECT CASE NEW.state WHEN 'expired' THEN 'approval.expired' WHEN 'cancelled' THEN 'approval.cancelled'
                                ELSE 'approval.decided' END AS event) word
    WHERE EXISTS (SELECT 1 FROM webhook_endpoints e, json_each(e.events) w
                  WHERE e.tenant_id = NEW.tenant_id AND e.is_enabled = 1 AND w.value = word.event)
    ON CONFLICT DO NOTHING;
END;
