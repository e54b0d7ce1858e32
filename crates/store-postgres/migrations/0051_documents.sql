-- Files whose text is searched and cited, their passages, and the words by which both are found. The twin of this file
-- is in store-sqlite/migrations.

CREATE TABLE documents (
    seq         BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id   UUID   NOT NULL,
    id          UUID   NOT NULL,
    owner_id    UUID   NOT NULL,
    artifact_id UUID   NOT NULL, -- the bytes
    title       TEXT   NOT NULL,
    type        TEXT,            -- null: not read yet
    bytes       BIGINT NOT NULL,
    sha256      TEXT   NOT NULL, -- hex
    pages       BIGINT,
    language    TEXT,
    outline     TEXT[] NOT NULL, -- the upper headings
    tags        TEXT[] NOT NULL,
    readers     UUID[],          -- null: everybody
    state       TEXT   NOT NULL, -- 'processing', 'ready', 'failed', 'deleted'
    reason      TEXT,
    progress    BIGINT NOT NULL, -- thousandths of its reading
    epoch       BIGINT NOT NULL, -- raised by every claim
    attempts    BIGINT NOT NULL,
    lease_until BIGINT,          -- null: nobody reads it
    uploaded_at BIGINT NOT NULL,
    words       TSVECTOR NOT NULL -- of the title
);
CREATE UNIQUE INDEX documents_by_id ON documents (tenant_id, id);
CREATE INDEX documents_by_time ON documents (tenant_id, uploaded_at, id);
CREATE INDEX documents_by_bytes ON documents (tenant_id, sha256);
-- What readers and the sweep look at. No tenant: they go over all of them.
CREATE INDEX documents_to_read ON documents (attempts, uploaded_at) WHERE state = 'processing';
CREATE INDEX documents_deleted ON documents (seq) WHERE state = 'deleted';
CREATE INDEX documents_words ON documents USING gin (words);

CREATE TABLE passages (
    id        BIGINT NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tenant_id UUID   NOT NULL,
    document  BIGINT NOT NULL, -- its seq
    ordinal   BIGINT NOT NULL,
    page      BIGINT,
    heading   TEXT,
    text      TEXT   NOT NULL,
    analysed  BIGINT NOT NULL, -- the version of the analyser that made its words
    words     TSVECTOR NOT NULL
);
CREATE UNIQUE INDEX passages_by_document ON passages (document, ordinal);
-- The words are analysed already, and each begins with its tenant's shelf: a question about the words of one tenant
-- reads the lists of that tenant alone.
CREATE INDEX passages_words ON passages USING gin (words);

CREATE TABLE document_attachments (
    tenant_id   UUID   NOT NULL,
    session_id  TEXT   NOT NULL,
    document_id UUID   NOT NULL,
    attached_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, session_id, document_id)
);
