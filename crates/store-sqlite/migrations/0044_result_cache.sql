-- How long a result of a tool answers the same call. The twin of this file is in store-postgres/migrations.

-- NULL: every call is made.
ALTER TABLE tools ADD COLUMN cache_ttl_seconds INTEGER;
