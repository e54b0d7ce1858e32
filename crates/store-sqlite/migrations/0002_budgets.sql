-- What runs may cost and what they did. Amounts are tokens and billionths of a US dollar. The agent id of 16 zero bytes stands for the
-- whole tenant. The twin of this file is in store-postgres/migrations.

-- What a tenant and its agents allow; absent is unlimited.
CREATE TABLE budgets (
    tenant_id     BLOB NOT NULL,
    agent_id      BLOB NOT NULL,
    run_tokens    INTEGER,
    run_nano_usd  INTEGER,
    day_tokens    INTEGER,
    day_nano_usd  INTEGER,
    updated_at    INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, agent_id)
) STRICT, WITHOUT ROWID;

-- Spent and set aside in a UTC day (days since 1970).
CREATE TABLE spend_days (
    tenant_id BLOB NOT NULL,
    agent_id  BLOB NOT NULL,
    day       INTEGER NOT NULL,
    tokens    INTEGER NOT NULL,
    nano_usd  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, agent_id, day)
) STRICT, WITHOUT ROWID;

-- Spent and set aside by a run; of that, what is set aside for the call under way.
CREATE TABLE run_spend (
    run_id        BLOB NOT NULL PRIMARY KEY,
    tenant_id     BLOB NOT NULL,
    agent_id      BLOB NOT NULL,
    day           INTEGER NOT NULL, -- of the newest call
    tokens        INTEGER NOT NULL,
    nano_usd      INTEGER NOT NULL,
    open_tokens   INTEGER NOT NULL,
    open_nano_usd INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
