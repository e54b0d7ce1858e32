-- The account book of model calls. The account is an opaque word: a tenant's id, or the name of a service. The token columns are all absent
-- or all there. The twin of this file is in store-postgres/migrations.

CREATE TABLE llm_calls (
    id                 BLOB NOT NULL PRIMARY KEY,
    account            TEXT NOT NULL,
    requested_model    TEXT NOT NULL,
    provider           TEXT NOT NULL,
    model              TEXT NOT NULL,
    outcome            TEXT NOT NULL,
    error_code         TEXT,
    attempts           INTEGER NOT NULL,
    fallbacks          INTEGER NOT NULL,
    prompt_tokens      INTEGER,
    completion_tokens  INTEGER,
    cached_tokens      INTEGER,
    cache_write_tokens INTEGER,
    reasoning_tokens   INTEGER,
    is_estimated       INTEGER NOT NULL,
    cost_nano_usd      INTEGER,
    started_at         INTEGER NOT NULL,
    latency_micros     INTEGER NOT NULL,
    first_token_micros INTEGER,
    deltas             INTEGER NOT NULL,
    streamed_bytes     INTEGER NOT NULL,
    trace_id           TEXT
) STRICT;
CREATE INDEX llm_calls_by_account ON llm_calls (account, started_at, id);
