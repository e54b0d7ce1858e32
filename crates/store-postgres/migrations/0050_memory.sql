-- What agents keep for users, every version of it, and the words by which it is found. The twin of this file is in
-- store-sqlite/migrations.

CREATE TABLE memory_versions (
    id          BIGINT  NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id   UUID    NOT NULL,
    owner_id    UUID    NOT NULL,
    path        TEXT    COLLATE "C" NOT NULL,
    version     BIGINT  NOT NULL,
    title       TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    content     TEXT,             -- null: the file was deleted, or moved away
    bytes       BIGINT  NOT NULL,
    request_id  UUID    NOT NULL, -- what asked for it: made again, it finds this
    analysed    BIGINT  NOT NULL, -- the version of the analyser that made its words
    made_at     BIGINT  NOT NULL,
    replaced_at BIGINT,           -- null: this is the file
    words       TSVECTOR          -- of the file that is there
);
CREATE UNIQUE INDEX memory_versions_by_path ON memory_versions (tenant_id, owner_id, path, version);
CREATE UNIQUE INDEX memory_versions_present ON memory_versions (tenant_id, owner_id, path) WHERE replaced_at IS NULL;
CREATE UNIQUE INDEX memory_versions_by_request ON memory_versions (tenant_id, owner_id, request_id);
-- What the sweep looks at. No tenant: it goes over all of them.
CREATE INDEX memory_versions_replaced ON memory_versions (replaced_at) WHERE replaced_at IS NOT NULL;
-- The words are analysed already, and each begins with its shelf: a question about the words of one user reads the
-- lists of that user alone.
CREATE INDEX memory_versions_words ON memory_versions USING gin (words);
