-- A user's replaced versions, newest first: a change forgets those beyond the bound. The twin of this file is in
-- store-sqlite/migrations.

CREATE INDEX memory_versions_of_user ON memory_versions (tenant_id, owner_id, replaced_at) WHERE replaced_at IS NOT NULL;
