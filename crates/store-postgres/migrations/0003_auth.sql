-- Who signs in, through what, and what was given for it. Names are unique over the whole installation: a login form has no tenant.
-- Passwords are argon2id PHC strings, clients' secrets keyed hashes, tokens and codes SHA-256 (hex) of random text.

CREATE TABLE accounts (
    user_id        UUID    NOT NULL PRIMARY KEY,
    tenant_id      UUID    NOT NULL,
    username       TEXT    NOT NULL,
    username_key   TEXT COLLATE "C" NOT NULL UNIQUE, -- as names are compared
    email          TEXT,
    email_key      TEXT COLLATE "C" UNIQUE,
    password_hash  TEXT    NOT NULL,
    is_admin       BOOLEAN NOT NULL,
    created_at     BIGINT  NOT NULL,
    updated_at     BIGINT,
    last_login_at  BIGINT,
    deactivated_at BIGINT,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX accounts_by_tenant ON accounts (tenant_id, username_key);

CREATE TABLE invites (
    hash       TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant_id  UUID    NOT NULL REFERENCES tenants (id),
    is_admin   BOOLEAN NOT NULL,
    created_at BIGINT  NOT NULL,
    expires_at BIGINT  NOT NULL,
    used_at    BIGINT
);
CREATE INDEX invites_by_end ON invites (expires_at);

-- Attempts to sign in since `since`, by username and by address; a right password removes the row.
CREATE TABLE login_attempts (
    key      TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    attempts BIGINT  NOT NULL,
    since    BIGINT  NOT NULL
);
CREATE INDEX login_attempts_by_age ON login_attempts (since);

CREATE TABLE oauth_clients (
    id                  TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant_id           UUID    NOT NULL,
    user_id             UUID    NOT NULL, -- who it is when it acts for itself
    name                TEXT    NOT NULL,
    description         TEXT,
    secret_hash         TEXT,             -- null: public
    is_first_party      BOOLEAN NOT NULL,
    scopes              TEXT    NOT NULL, -- JSON lists
    grant_types         TEXT    NOT NULL,
    redirect_uris       TEXT    NOT NULL,
    access_ttl_seconds  BIGINT  NOT NULL,
    refresh_ttl_seconds BIGINT  NOT NULL,
    created_at          BIGINT  NOT NULL,
    updated_at          BIGINT,
    deactivated_at      BIGINT,
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id)
);
CREATE INDEX oauth_clients_by_tenant ON oauth_clients (tenant_id, id);

-- A login. It holds its one live refresh token, so that two can never be live, and the one before it for the grace.
CREATE TABLE refresh_families (
    id               UUID    NOT NULL PRIMARY KEY,
    tenant_id        UUID    NOT NULL,
    user_id          UUID    NOT NULL REFERENCES accounts (user_id),
    client_id        TEXT COLLATE "C" NOT NULL REFERENCES oauth_clients (id),
    scopes           TEXT    NOT NULL, -- JSON list
    current_hash     TEXT COLLATE "C" NOT NULL UNIQUE,
    previous_hash    TEXT,
    rotated_at       BIGINT,
    token_expires_at BIGINT  NOT NULL,
    expires_at       BIGINT  NOT NULL,
    created_at       BIGINT  NOT NULL,
    revoked_at       BIGINT
);
CREATE INDEX refresh_families_by_user ON refresh_families (tenant_id, user_id, id) WHERE revoked_at IS NULL;
CREATE INDEX refresh_families_by_client ON refresh_families (client_id) WHERE revoked_at IS NULL;
CREATE INDEX refresh_families_by_end ON refresh_families (token_expires_at);

-- Every refresh token there ever was, so that a spent one is known when it comes again.
CREATE TABLE refresh_tokens (
    hash        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant_id   UUID    NOT NULL,
    family_id   UUID    NOT NULL REFERENCES refresh_families (id) ON DELETE CASCADE,
    parent_hash TEXT,
    created_at  BIGINT  NOT NULL
);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id);

CREATE TABLE authorization_codes (
    hash         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    tenant_id    UUID    NOT NULL,
    user_id      UUID    NOT NULL REFERENCES accounts (user_id),
    client_id    TEXT COLLATE "C" NOT NULL REFERENCES oauth_clients (id),
    redirect_uri TEXT    NOT NULL,
    scopes       TEXT    NOT NULL, -- JSON list
    challenge    TEXT    NOT NULL, -- PKCE, S256
    nonce        TEXT,
    created_at   BIGINT  NOT NULL,
    expires_at   BIGINT  NOT NULL,
    redeemed_at  BIGINT,
    family_id    UUID              -- the login that came of it
);
CREATE INDEX authorization_codes_by_user ON authorization_codes (tenant_id, user_id);
CREATE INDEX authorization_codes_by_end ON authorization_codes (expires_at);

-- Keys belong to the installation. The private half is sealed under the master key.
CREATE TABLE signing_keys (
    kid        TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    sealed     TEXT    NOT NULL,
    public_jwk TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    created_at BIGINT  NOT NULL,
    not_after  BIGINT
);
CREATE UNIQUE INDEX signing_keys_active ON signing_keys (state) WHERE state = 'active';
