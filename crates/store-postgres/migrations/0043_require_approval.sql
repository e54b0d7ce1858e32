-- Authors of agents may have a human decide about calls. The twin of this file is in store-sqlite/migrations.

ALTER TABLE agents ADD COLUMN require_approval BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE bindings ADD COLUMN require_approval BOOLEAN NOT NULL DEFAULT FALSE;
