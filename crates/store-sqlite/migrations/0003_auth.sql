-- Who signs in, through what, and what was given for it. Names are unique over the whole installation: a login form has no tenant.
-- Passwords are argon2id PHC strings, clients' secrets keyed hashes, tokens and codes SHA-256 (hex) of random text.

CREATE TABLE accounts (
    user_id        BLOB    NOT NULL PRIMARY KEY,
    tenant_id      BLOB    NOT NULL,
    username       TEXT    NOT NULL,
    username_key   TEXT    NOT NULL UNIQUE, -- as names are compared
    email          TEXT,
    email_key      TEXT    UNIQUE,
    password_hash  TEXT    NOT NULL,
    is_admin       INTEGER NOT NULL,        -- 0 or 1
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER,
    last_login_at  INTEGER,
    deactivated_at INTEGER,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT;
CREATE INDEX accounts_by_tenant ON accounts (tenant_id, username_key);

CREATE TABLE invites (
    hash       TEXT    NOT NULL PRIMARY KEY,
    tenant_id  BLOB    NOT NULL REFERENCES tenants (id),
    is_admin   INTEGER NOT NULL, -- 0 or 1
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX invites_by_end ON invites (expires_at);

-- Attempts to sign in since `since`, by username and by address; a right password removes the row.
CREATE TABLE login_attempts (
    key      TEXT    NOT NULL PRIMARY KEY,
    attempts INTEGER NOT NULL,
    since    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX login_attempts_by_age ON login_attempts (since);

CREATE TABLE oauth_clients (
    id                  TEXT    NOT NULL PRIMARY KEY,
    tenant_id           BLOB    NOT NULL,
    user_id             BLOB    NOT NULL, -- who it is when it acts for itself
    name                TEXT    NOT NULL,
    description         TEXT,
    secret_hash         TEXT,             -- null: public
    is_first_party      INTEGER NOT NULL, -- 0 or 1
    scopes              TEXT    NOT NULL, -- JSON lists
    grant_types         TEXT    NOT NULL,
    redirect_uris       TEXT    NOT NULL,
    access_ttl_seconds  INTEGER NOT NULL,
    refresh_ttl_seconds INTEGER NOT NULL,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER,
    deactivated_at      INTEGER,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
) STRICT;
CREATE INDEX oauth_clients_by_tenant ON oauth_clients (tenant_id, id);

-- A login. It holds its one live refresh token, so that two can never be live, and the one before it for the grace.
CREATE TABLE refresh_families (
    id               BLOB    NOT NULL PRIMARY KEY,
    tenant_id        BLOB    NOT NULL,
    user_id          BLOB    NOT NULL REFERENCES accounts (user_id),
    client_id        TEXT    NOT NULL REFERENCES oauth_clients (id),
    scopes           TEXT    NOT NULL, -- JSON list
    current_hash     TEXT    NOT NULL UNIQUE,
    previous_hash    TEXT,
    rotated_at       INTEGER,
    token_expires_at INTEGER NOT NULL,
    expires_at       INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    revoked_at       INTEGER
) STRICT;
CREATE INDEX refresh_families_by_user ON refresh_families (tenant_id, user_id, id) WHERE revoked_at IS NULL;
CREATE INDEX refresh_families_by_client ON refresh_families (client_id) WHERE revoked_at IS NULL;
CREATE INDEX refresh_families_by_end ON refresh_families (token_expires_at);

-- Every refresh token there ever was, so that a spent one is known when it comes again.
CREATE TABLE refresh_tokens (
    hash        TEXT    NOT NULL PRIMARY KEY,
    tenant_id   BLOB    NOT NULL,
    family_id   BLOB    NOT NULL REFERENCES refresh_families (id) ON DELETE CASCADE,
    parent_hash TEXT,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id);

CREATE TABLE authorization_codes (
    hash         TEXT    NOT NULL PRIMARY KEY,
    tenant_id    BLOB    NOT NULL,
    user_id      BLOB    NOT NULL REFERENCES accounts (user_id),
    client_id    TEXT    NOT NULL REFERENCES oauth_clients (id),
    redirect_uri TEXT    NOT NULL,
    scopes       TEXT    NOT NULL, -- JSON list
    challenge    TEXT    NOT NULL, -- PKCE, S256
    nonce        TEXT,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    redeemed_at  INTEGER,
    family_id    BLOB              -- the login that came of it
) STRICT, WITHOUT ROWID;
CREATE INDEX authorization_codes_by_user ON authorization_codes (tenant_id, user_id);
CREATE INDEX authorization_codes_by_end ON authorization_codes (expires_at);

-- Keys belong to the installation. The private half is sealed under the master key.
CREATE TABLE signing_keys (
    kid        TEXT    NOT NULL PRIMARY KEY,
    sealed     TEXT    NOT NULL,
    public_jwk TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    created_at INTEGER NOT NULL,
    not_after  INTEGER
) STRICT;
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (state) WHERE state = 'active';
