-- Notes. Ids are UUIDv7, so their order is the order of creation. `version` counts changes and is the ETag. Searches use
-- the folded columns, since SQLite folds only the case of ASCII.
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

-- Deleted notes, which can be restored unchanged until the sweep removes them. `deleted_at` is in milliseconds since the
-- epoch.
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

-- The usage of the quota `notes`. When a user is deleted, the counter may go before or after the notes.
CREATE TRIGGER notes_count_insert AFTER INSERT ON notes
BEGIN
  INSERT INTO quota_usage (user_id, quota, used) VALUES (NEW.owner_id, 'notes', 1)
  ON CONFLICT (user_id, quota) DO UPDATE SET used = used + 1;
END;

CREATE TRIGGER notes_count_delete AFTER DELETE ON notes
BEGIN
  UPDATE quota_usage SET used = used - 1 WHERE user_id = OLD.owner_id AND quota = 'notes';
END;
