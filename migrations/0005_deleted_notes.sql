-- Notes that were deleted and can be brought back, as they were. `deleted_at` is in milliseconds since the epoch; the
-- sweep removes them for good.
CREATE TABLE deleted_notes (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  folded_title TEXT NOT NULL,
  folded_body TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted_at INTEGER NOT NULL
) STRICT;
CREATE INDEX deleted_notes_by_owner ON deleted_notes (owner_id);
CREATE INDEX deleted_notes_by_time ON deleted_notes (deleted_at);
