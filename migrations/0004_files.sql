-- What users upload: rows here, bytes in the bucket FILES under a random key. Ids are UUIDv7.
CREATE TABLE files (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  object_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL, -- hexadecimal
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX files_by_owner ON files (owner_id, id);

-- Objects that may be in the bucket without a file: of uploads that are under way or died, and of files
-- that were deleted. Each is named here before it is stored, and until it is gone. `due_at`, in
-- milliseconds since the epoch, is when the sweep looks at it: what is no file by then is condemned and
-- removed; what is condemned is removed once more, since a write that was given up may land late.
CREATE TABLE loose_objects (
  object_key TEXT PRIMARY KEY,
  is_condemned INTEGER NOT NULL CHECK (is_condemned IN (0, 1)),
  due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX loose_objects_by_due ON loose_objects (is_condemned, due_at);

-- A file takes an object that was named and is not condemned, whoever inserts it.
CREATE TRIGGER files_claim_object BEFORE INSERT ON files
BEGIN
  SELECT RAISE(ABORT, 'the object cannot be claimed') WHERE NOT EXISTS (
    SELECT 1 FROM loose_objects WHERE object_key = NEW.object_key AND is_condemned = 0
  );
  DELETE FROM loose_objects WHERE object_key = NEW.object_key;
END;

-- A file that goes leaves its object to be removed, also when it goes with its owner.
CREATE TRIGGER files_leave_object AFTER DELETE ON files
BEGIN
  INSERT INTO loose_objects VALUES (OLD.object_key, 1, 0);
END;

-- What each user has of the quotas `files` and `fileBytes`. A user who is deleted takes the counts along, before or
-- after the files.
CREATE TRIGGER files_count_insert AFTER INSERT ON files
BEGIN
  INSERT INTO quota_usage VALUES (NEW.owner_id, 'files', 1), (NEW.owner_id, 'fileBytes', NEW.size)
  ON CONFLICT (user_id, quota) DO UPDATE SET used = used + excluded.used;
END;

CREATE TRIGGER files_count_delete AFTER DELETE ON files
BEGIN
  UPDATE quota_usage SET used = used - iif(quota = 'files', 1, OLD.size)
  WHERE user_id = OLD.owner_id AND quota IN ('files', 'fileBytes');
END;
