-- The notebooks. Ids are UUIDv7, so their order is the order of creation. `version` counts changes and
-- makes the ETag. The folded columns are what search looks in: SQLite folds the case of ASCII only.
CREATE TABLE notes (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  folded_title TEXT NOT NULL,
  folded_body TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX notes_by_owner ON notes (owner_id, id);
