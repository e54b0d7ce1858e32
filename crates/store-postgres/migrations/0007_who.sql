-- Who owns a session and who sees it besides; who decides about a held call. The twin of this file is in store-sqlite/migrations.

-- Null in rows that an older release wrote or writes: `session_access` says what they mean.
ALTER TABLE sessions ADD COLUMN owner_id   UUID;
ALTER TABLE sessions ADD COLUMN visibility TEXT; -- 'private' or 'tenant'

ALTER TABLE approvals ADD COLUMN agent_id  UUID;
ALTER TABLE approvals ADD COLUMN approvers TEXT; -- JSON list of names, such as "user:<id>" and "scope:<word>"

UPDATE sessions SET owner_id = user_id, visibility = CASE WHEN user_id IS NULL THEN 'tenant' ELSE 'private' END;

-- Each session's owner and whether it is private, also where an older release wrote neither: then a session of the specialists belongs to
-- their user alone, and any other to the tenant and to the user of its first run.
CREATE VIEW session_access AS
SELECT s.tenant_id, s.id,
    coalesce(s.owner_id, s.user_id, (SELECT substring(r.principal FROM '"user_id":"([0-9a-f-]{36})"')::uuid FROM runs r
        WHERE r.tenant_id = s.tenant_id AND r.session_id = s.id ORDER BY r.id LIMIT 1)) AS owner_id,
    coalesce(s.visibility, CASE WHEN s.user_id IS NULL THEN 'tenant' ELSE 'private' END) = 'private' AS is_private
FROM sessions s;
