-- What agents keep for users, every version of it, and the words by which it is found. The twin of this file is in
-- store-postgres/migrations.

CREATE TABLE memory_versions (
    id          INTEGER NOT NULL PRIMARY KEY,
    tenant_id   BLOB    NOT NULL,
    owner_id    BLOB    NOT NULL,
    path        TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    title       TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    content     TEXT,             -- null: the file was deleted, or moved away
    bytes       INTEGER NOT NULL,
    request_id  BLOB    NOT NULL, -- what asked for it: made again, it finds this
    analysed    INTEGER NOT NULL, -- the version of the analyser that made its words
    made_at     INTEGER NOT NULL,
    replaced_at INTEGER           -- null: this is the file
) STRICT;
CREATE UNIQUE INDEX memory_versions_by_path ON memory_versions (tenant_id, owner_id, path, version);
CREATE UNIQUE INDEX memory_versions_present ON memory_versions (tenant_id, owner_id, path) WHERE replaced_at IS NULL;
CREATE UNIQUE INDEX memory_versions_by_request ON memory_versions (tenant_id, owner_id, request_id);
-- What the sweep looks at. No tenant: it goes over all of them.
CREATE INDEX memory_versions_replaced ON memory_versions (replaced_at) WHERE replaced_at IS NOT NULL;

-- The words of the files that are there, each under the id of its row. They are analysed already, and each begins with
-- its shelf: a question about the words of one user reads the lists of that user alone, the counts of its rank included.
CREATE VIRTUAL TABLE memory_words USING fts5 (title, body, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'");
