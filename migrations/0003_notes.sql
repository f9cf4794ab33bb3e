-- Notes. `version` counts changes and is the ETag.
--
-- The lower 28 bits of `position` count down with each note of the owner; the bits above them are the number of the
-- owner. So the notes of an owner are stored together, newest first, and a search reads only their range of the index.
-- With 28 bits, the positions of 2^25 users stay below 2^53, where JavaScript numbers are exact: `wrangler d1 export`
-- writes integers as such numbers. D1's limit of 10 GB allows fewer users than that.
CREATE TABLE notes (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  owner_id TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX notes_by_owner ON notes (owner_id); -- short searches use it to find the newest notes

-- Deleted notes, which can be restored unchanged until the sweep removes them. `deleted_at` is in milliseconds since the
-- epoch.
CREATE TABLE deleted_notes (
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  owner_id TEXT NOT NULL,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  version INTEGER NOT NULL,
  created_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  deleted_at INTEGER NOT NULL
) STRICT;
CREATE INDEX deleted_notes_by_time ON deleted_notes (deleted_at);

-- A deleted user's notes are erased in batches, so they cannot refer to `users`. Triggers refuse notes without an owner.
CREATE TRIGGER notes_need_owner BEFORE INSERT ON notes
BEGIN
  SELECT RAISE(ABORT, 'the owner does not exist') WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.owner_id);
END;

CREATE TRIGGER deleted_notes_need_owner BEFORE INSERT ON deleted_notes
BEGIN
  SELECT RAISE(ABORT, 'the owner does not exist') WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.owner_id);
END;

-- A note in another owner's range would appear in that owner's list.
CREATE TRIGGER notes_position AFTER INSERT ON notes
WHEN NEW.position >> 28 IS NOT (SELECT number FROM users WHERE id = NEW.owner_id)
BEGIN
  SELECT RAISE(ABORT, 'The position of a note must begin with the number of its owner');
END;

-- The texts of the search index. Each begins with the owner's mark: the owner's number as three private-use characters.
-- A search includes the mark, so FTS5 skips the notes of all other owners.
CREATE VIEW notes_text AS
SELECT position, mark || title AS title, mark || body AS body
FROM (
  SELECT position, title, body,
    char(983040 | ((position >> 52) & 4095), 983040 | ((position >> 40) & 4095), 983040 | ((position >> 28) & 4095)) AS mark
  FROM notes
);

-- The search index of notes, made of all sequences of three characters; see `src/web/request/search.ts`. Triggers keep
-- it up to date. Deletions and updates skip rows that are not in `notes_search_docsize`, so the index can be rebuilt in
-- batches while the app writes.
CREATE VIRTUAL TABLE notes_search USING fts5 (
  title, body, content='notes_text', content_rowid='position', tokenize='trigram'
);

CREATE TRIGGER notes_search_insert AFTER INSERT ON notes
BEGIN
  INSERT INTO notes_search (rowid, title, body) SELECT position, title, body FROM notes_text WHERE position = NEW.position;
END;

CREATE TRIGGER notes_search_delete BEFORE DELETE ON notes
BEGIN
  INSERT INTO notes_search (notes_search, rowid, title, body)
  SELECT 'delete', position, title, body FROM notes_text
  WHERE position = OLD.position AND EXISTS (SELECT 1 FROM notes_search_docsize WHERE id = OLD.position);
END;

CREATE TRIGGER notes_search_before_update BEFORE UPDATE OF title, body ON notes
BEGIN
  INSERT INTO notes_search (notes_search, rowid, title, body)
  SELECT 'delete', position, title, body FROM notes_text
  WHERE position = OLD.position AND EXISTS (SELECT 1 FROM notes_search_docsize WHERE id = OLD.position);
END;

CREATE TRIGGER notes_search_update AFTER UPDATE OF title, body ON notes
BEGIN
  INSERT INTO notes_search (rowid, title, body) SELECT position, title, body FROM notes_text WHERE position = NEW.position;
END;

-- The usage of the quota `notes`. When a user is deleted, the counter is deleted before the notes.
CREATE TRIGGER notes_count_insert AFTER INSERT ON notes
BEGIN
  INSERT INTO quota_usage (user_id, quota, used) VALUES (NEW.owner_id, 'notes', 1)
  ON CONFLICT (user_id, quota) DO UPDATE SET used = used + 1;
END;

CREATE TRIGGER notes_count_delete AFTER DELETE ON notes
BEGIN
  UPDATE quota_usage SET used = used - 1 WHERE user_id = OLD.owner_id AND quota = 'notes';
END;
