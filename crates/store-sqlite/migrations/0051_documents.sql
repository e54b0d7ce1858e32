-- Files whose text is searched and cited, their passages, and the words by which both are found. The twin of this file
-- is in store-postgres/migrations.

CREATE TABLE documents (
    seq         INTEGER NOT NULL PRIMARY KEY,
    tenant_id   BLOB    NOT NULL,
    id          BLOB    NOT NULL,
    owner_id    BLOB    NOT NULL,
    artifact_id BLOB    NOT NULL, -- the bytes
    title       TEXT    NOT NULL,
    type        TEXT,             -- null: not read yet
    bytes       INTEGER NOT NULL,
    sha256      TEXT    NOT NULL, -- hex
    pages       INTEGER,
    language    TEXT,
    outline     TEXT    NOT NULL, -- JSON: the upper headings
    tags        TEXT    NOT NULL, -- JSON
    readers     TEXT,             -- JSON: users in hex; null: everybody
    state       TEXT    NOT NULL, -- 'processing', 'ready', 'failed', 'deleted'
    reason      TEXT,
    progress    INTEGER NOT NULL, -- thousandths of its reading
    epoch       INTEGER NOT NULL, -- raised by every claim
    attempts    INTEGER NOT NULL,
    lease_until INTEGER,          -- null: nobody reads it
    uploaded_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX documents_by_id ON documents (tenant_id, id);
CREATE INDEX documents_by_time ON documents (tenant_id, uploaded_at, id);
CREATE INDEX documents_by_bytes ON documents (tenant_id, sha256);
-- What readers and the sweep look at. No tenant: they go over all of them.
CREATE INDEX documents_to_read ON documents (attempts, uploaded_at) WHERE state = 'processing';
CREATE INDEX documents_deleted ON documents (seq) WHERE state = 'deleted';

CREATE TABLE passages (
    id        INTEGER NOT NULL PRIMARY KEY,
    tenant_id BLOB    NOT NULL,
    document  INTEGER NOT NULL, -- its seq
    ordinal   INTEGER NOT NULL,
    page      INTEGER,
    heading   TEXT,
    text      TEXT    NOT NULL,
    analysed  INTEGER NOT NULL  -- the version of the analyser that made its words
) STRICT;
CREATE UNIQUE INDEX passages_by_document ON passages (document, ordinal);

CREATE TABLE document_attachments (
    tenant_id   BLOB    NOT NULL,
    session_id  TEXT    NOT NULL,
    document_id BLOB    NOT NULL,
    attached_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, session_id, document_id)
) STRICT, WITHOUT ROWID;

-- The words of passages and of titles, each under the id of its row. They are analysed already, and each begins with
-- its tenant's shelf: a question about the words of one tenant reads the lists of that tenant alone.
CREATE VIRTUAL TABLE passage_words USING fts5 (heading, body, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'");
CREATE VIRTUAL TABLE document_words USING fts5 (title, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'");
