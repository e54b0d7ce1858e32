-- Jobs of the installation (sweeps, expiries): one process at a time does each. The twin of this file is in store-postgres/migrations.
-- No tenant: a job goes over all of them. Times are the database's clock.

CREATE TABLE jobs (
    name        TEXT    NOT NULL PRIMARY KEY,
    next_at     INTEGER NOT NULL,            -- when it is due
    owner       TEXT,                        -- who does it now
    lease_until INTEGER,                     -- until when nobody else may
    epoch       INTEGER NOT NULL,            -- raised by every claim
    failures    INTEGER NOT NULL DEFAULT 0   -- since the last success
) STRICT, WITHOUT ROWID;
