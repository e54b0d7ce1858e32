-- Skills of tenants, their files, and the words by which they are found. The twin of this file is in
-- store-sqlite/migrations.

CREATE TABLE skills (
    id          UUID     NOT NULL PRIMARY KEY,
    tenant_id   UUID     NOT NULL,
    author_id   UUID     NOT NULL,
    name        TEXT     COLLATE "C" NOT NULL,
    description TEXT     NOT NULL,
    extra       TEXT     NOT NULL, -- JSON: what the head of SKILL.md says besides
    prompt      TEXT     NOT NULL,
    bytes       BIGINT   NOT NULL, -- of the prompt and all files
    is_enabled  BOOLEAN  NOT NULL,
    analysed    BIGINT   NOT NULL, -- the version of the analyser that made its words
    created_at  BIGINT   NOT NULL,
    updated_at  BIGINT,
    deleted_at  BIGINT,
    deleted_by  UUID, -- what asked for it: made again, it finds this
    words       TSVECTOR -- null: the skill is switched off or gone
);
CREATE UNIQUE INDEX skills_by_name ON skills (tenant_id, name) WHERE deleted_at IS NULL;
CREATE INDEX skills_deleted ON skills (tenant_id, deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE skill_files (
    tenant_id   UUID     NOT NULL,
    skill_id    UUID     NOT NULL,
    path        TEXT     COLLATE "C" NOT NULL,
    content     BYTEA    NOT NULL,
    PRIMARY KEY (tenant_id, skill_id, path)
);

-- The words are analysed already, and each begins with its shelf, so that a question about one tenant reads the lists of
-- that tenant alone.
CREATE INDEX skills_words ON skills USING gin (words);
