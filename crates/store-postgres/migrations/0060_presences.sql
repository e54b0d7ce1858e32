-- Where users were seen, once for each credential that they showed there, with what it allows. The table `presence` of
-- earlier releases tells nothing of rights: it is read no more. The twin of this file is in store-sqlite/migrations.

CREATE TABLE presences (
    tenant_id  UUID    NOT NULL,
    user_id    UUID    NOT NULL,
    ip         TEXT    NOT NULL,
    credential TEXT    COLLATE "C" NOT NULL, -- tells the credentials of a user apart
    seen_at    BIGINT  NOT NULL,
    api_key_id UUID   ,
    family_id  UUID   ,
    client_id  TEXT    COLLATE "C",
    scopes     TEXT    NOT NULL, -- JSON: the words that were shown
    PRIMARY KEY (tenant_id, user_id, ip, credential)
);
CREATE INDEX presences_by_age ON presences (seen_at);
