-- Skills of tenants, their files, and the words by which they are found. The twin of this file is in
-- store-postgres/migrations.

CREATE TABLE skills (
    number      INTEGER  NOT NULL PRIMARY KEY, -- of its words
    id          BLOB     NOT NULL UNIQUE,
    tenant_id   BLOB     NOT NULL,
    author_id   BLOB     NOT NULL,
    name        TEXT     NOT NULL,
    description TEXT     NOT NULL,
    extra       TEXT     NOT NULL, -- JSON: what the head of SKILL.md says besides
    prompt      TEXT     NOT NULL,
    bytes       INTEGER  NOT NULL, -- of the prompt and all files
    is_enabled  INTEGER  NOT NULL,
    analysed    INTEGER  NOT NULL, -- the version of the analyser that made its words
    created_at  INTEGER  NOT NULL,
    updated_at  INTEGER,
    deleted_at  INTEGER,
    deleted_by  BLOB     -- what asked for it: made again, it finds this
) STRICT;
CREATE UNIQUE INDEX skills_by_name ON skills (tenant_id, name) WHERE deleted_at IS NULL;
CREATE INDEX skills_deleted ON skills (tenant_id, deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE skill_files (
    tenant_id   BLOB     NOT NULL,
    skill_id    BLOB     NOT NULL,
    path        TEXT     NOT NULL,
    content     BLOB     NOT NULL,
    PRIMARY KEY (tenant_id, skill_id, path)
) STRICT;

-- The words of the skills that are switched on, each under the number of its row. They are analysed already, and each
-- begins with its shelf, so that a question about one tenant reads the lists of that tenant alone.
CREATE VIRTUAL TABLE skill_words USING fts5 (title, body, content = '', contentless_delete = 1, tokenize = "ascii tokenchars '_'");
