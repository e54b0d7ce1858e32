-- What happened and is still to be told. A trigger writes it, so that no statement which ends a run or changes a
-- question can forget it, nor one of the binary before. The twin of this file is in store-sqlite/migrations.

CREATE TABLE notices (
    tenant_id  UUID   NOT NULL,
    subject_id UUID   NOT NULL, -- a run or an approval
    event      TEXT   NOT NULL,
    state      TEXT   NOT NULL,
    at         BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, subject_id, event)
);
-- No tenant: the job goes over all of them.
CREATE INDEX notices_by_age ON notices (at);

-- Arguments: tenant, subject, event, state, time. The question comes first: most tenants have no endpoint.
CREATE FUNCTION note(UUID, UUID, TEXT, TEXT, BIGINT) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM webhook_endpoints e WHERE e.tenant_id = $1 AND e.is_enabled AND e.events::jsonb ? $3) THEN
        INSERT INTO notices (tenant_id, subject_id, event, state, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING;
    END IF;
END $$;

CREATE FUNCTION note_run() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM note(NEW.tenant_id, NEW.id, 'run.' || NEW.phase, NEW.phase, coalesce(NEW.finished_at, NEW.updated_at, NEW.created_at));
    RETURN NULL;
END $$;

CREATE FUNCTION note_question() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM note(NEW.tenant_id, NEW.id, 'approval.requested', NEW.state, NEW.created_at);
    RETURN NULL;
END $$;

CREATE FUNCTION note_answer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM note(NEW.tenant_id, NEW.id,
        CASE NEW.state WHEN 'expired' THEN 'approval.expired' WHEN 'cancelled' THEN 'approval.cancelled'
                       ELSE 'approval.decided' END,
        NEW.state, coalesce(NEW.decided_at, NEW.created_at));
    RETURN NULL;
END $$;

CREATE TRIGGER notice_of_run AFTER UPDATE OF phase ON runs FOR EACH ROW
    WHEN (NEW.phase IN ('succeeded', 'failed', 'cancelled') AND OLD.phase NOT IN ('succeeded', 'failed', 'cancelled'))
    EXECUTE FUNCTION note_run();

CREATE TRIGGER notice_of_question AFTER INSERT ON approvals FOR EACH ROW
    WHEN (NEW.state = 'pending')
    EXECUTE FUNCTION note_question();

CREATE TRIGGER notice_of_answer AFTER UPDATE OF state ON approvals FOR EACH ROW
    WHEN (NEW.state <> OLD.state AND NEW.state <> 'pending')
    EXECUTE FUNCTION note_answer();
