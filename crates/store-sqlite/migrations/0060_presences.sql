-- Where users were seen, once for each credential that they showed there, with what it allows. The table `presence` of
-- earlier releases tells nothing of rights: it is read no more. The twin of this file is in store-postgres/migrations.

CREATE TABLE presences (
    tenant_id  BLOB    NOT NULL,
    user_id    BLOB    NOT NULL,
    ip         TEXT    NOT NULL,
    credential TEXT    NOT NULL, -- tells the credentials of a user apart
    seen_at    INTEGER NOT NULL,
    api_key_id BLOB   ,
    family_id  BLOB   ,
    client_id  TEXT   ,
    scopes     TEXT    NOT NULL, -- JSON: the words that were shown
    PRIMARY KEY (tenant_id, user_id, ip, credential)
) STRICT, WITHOUT ROWID;
CREATE INDEX presences_by_age ON presences (seen_at);
