-- Authors of agents may have a human decide about calls. The twin of this file is in store-postgres/migrations.

ALTER TABLE agents ADD COLUMN require_approval INTEGER NOT NULL DEFAULT 0;
ALTER TABLE bindings ADD COLUMN require_approval INTEGER NOT NULL DEFAULT 0;
