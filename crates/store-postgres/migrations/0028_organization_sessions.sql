-- Sessions with an organisation's agents. The twin of this file is in store-sqlite/migrations.

ALTER TABLE sessions ADD COLUMN surface      TEXT; -- 'organization'; null: made by runs, or one of the specialists
ALTER TABLE sessions ADD COLUMN folded_title TEXT; -- the title as it is compared without case, of sessions with a surface

CREATE INDEX sessions_of_organizations ON sessions (tenant_id, updated_at, id) WHERE surface = 'organization';
