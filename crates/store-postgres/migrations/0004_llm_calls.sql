-- The account book of model calls. The account is an opaque word: a tenant's id, or the name of a service. The token columns are all absent
-- or all there. The twin of this file is in store-sqlite/migrations.

CREATE TABLE llm_calls (
    id                 UUID NOT NULL PRIMARY KEY,
    account            TEXT NOT NULL,
    requested_model    TEXT NOT NULL,
    provider           TEXT NOT NULL,
    model              TEXT NOT NULL,
    outcome            TEXT NOT NULL,
    error_code         TEXT,
    attempts           BIGINT NOT NULL,
    fallbacks          BIGINT NOT NULL,
    prompt_tokens      BIGINT,
    completion_tokens  BIGINT,
    cached_tokens      BIGINT,
    cache_write_tokens BIGINT,
    reasoning_tokens   BIGINT,
    is_estimated       BOOLEAN NOT NULL,
    cost_nano_usd      BIGINT,
    started_at         BIGINT NOT NULL,
    latency_micros     BIGINT NOT NULL,
    first_token_micros BIGINT,
    deltas             BIGINT NOT NULL,
    streamed_bytes     BIGINT NOT NULL,
    trace_id           TEXT
);
CREATE INDEX llm_calls_by_account ON llm_calls (account, started_at, id);
