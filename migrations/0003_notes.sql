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

-- What each user has of the quota `notes`. A user who is deleted takes the count along, before or after the notes.
CREATE TRIGGER notes_count_insert AFTER INSERT ON notes
BEGIN
  INSERT INTO quota_usage VALUES (NEW.owner_id, 'notes', 1)
  ON CONFLICT (user_id, quota) DO UPDATE SET used = used + 1;
END;

CREATE TRIGGER notes_count_delete AFTER DELETE ON notes
BEGIN
  UPDATE quota_usage SET used = used - 1 WHERE user_id = OLD.owner_id AND quota = 'notes';
END;
