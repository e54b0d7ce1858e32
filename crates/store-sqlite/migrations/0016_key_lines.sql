-- Which keys a key comes from: what they lose, it loses. The twin of this file is in store-postgres/migrations.

-- One row for each key above a key: its maker with the depth 1, the maker's maker with 2 … A key that no key made has none, and neither
-- has one that an older release makes.
CREATE TABLE api_key_ancestors (
    key_id      BLOB    NOT NULL REFERENCES api_keys (id),
    ancestor_id BLOB    NOT NULL REFERENCES api_keys (id),
    depth       INTEGER NOT NULL,
    PRIMARY KEY (key_id, ancestor_id)
) STRICT, WITHOUT ROWID;
