-- What runs may cost and what they did. Amounts are tokens and billionths of a US dollar. The agent id of 16 zero bytes stands for the
-- whole tenant. The twin of this file is in store-sqlite/migrations.

-- What a tenant and its agents allow; absent is unlimited.
CREATE TABLE budgets (
    tenant_id     UUID NOT NULL,
    agent_id      UUID NOT NULL,
    run_tokens    BIGINT,
    run_nano_usd  BIGINT,
    day_tokens    BIGINT,
    day_nano_usd  BIGINT,
    updated_at    BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, agent_id)
);

-- Spent and set aside in a UTC day (days since 1970).
CREATE TABLE spend_days (
    tenant_id UUID NOT NULL,
    agent_id  UUID NOT NULL,
    day       BIGINT NOT NULL,
    tokens    BIGINT NOT NULL,
    nano_usd  BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, agent_id, day)
);

-- Spent and set aside by a run; of that, what is set aside for the call under way.
CREATE TABLE run_spend (
    run_id        UUID NOT NULL PRIMARY KEY,
    tenant_id     UUID NOT NULL,
    agent_id      UUID NOT NULL,
    day           BIGINT NOT NULL, -- of the newest call
    tokens        BIGINT NOT NULL,
    nano_usd      BIGINT NOT NULL,
    open_tokens   BIGINT NOT NULL,
    open_nano_usd BIGINT NOT NULL
);
