-- Runs that calls of other runs start to have a part of their work done. The twin of this file is in store-sqlite/migrations.

ALTER TABLE runs ADD COLUMN subagent TEXT; -- JSON: what such a run is for, and what it may use; null: the run is none
