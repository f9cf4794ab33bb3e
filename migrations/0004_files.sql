-- Files that users upload: a row here, and the bytes in the bucket FILES under a random key. Ids are UUIDv7.
CREATE TABLE files (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL,
  object_key TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  type TEXT NOT NULL, -- without parameters
  charset TEXT, -- of a text, if it is known
  size INTEGER NOT NULL,
  sha256 TEXT NOT NULL, -- hexadecimal
  created_at TEXT NOT NULL,
  upload_id TEXT, -- of the request that stored the file; derived from the user and the client's key, if it sent one
  upload_digest TEXT -- hash of the names and contents of all files of that request
) STRICT;
CREATE INDEX files_by_owner ON files (owner_id, id);
CREATE INDEX files_by_upload ON files (upload_id, id) WHERE upload_id IS NOT NULL;

-- Uploads that had a file deleted, so that a repeated request does not store it again. Kept until `expires_at`
-- (milliseconds since the epoch).
CREATE TABLE deleted_uploads (
  upload_id TEXT NOT NULL,
  upload_digest TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (upload_id, upload_digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX deleted_uploads_by_expiry ON deleted_uploads (expires_at);

-- Objects that may be in the bucket without a file. The key of an object is recorded as `uploading` before the object is
-- written. Inserting the file removes the key; a failed upload or a deleted file leaves it as `deleting` until the object
-- is gone. At `due_at` (milliseconds since the epoch) the sweep turns `uploading` into `deleting` and deletes the object;
-- an object in `deleting` is deleted once more, since a write whose response was lost may still take effect.
CREATE TABLE pending_objects (
  object_key TEXT PRIMARY KEY,
  state TEXT NOT NULL CHECK (state IN ('uploading', 'deleting')),
  due_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_objects_by_due ON pending_objects (state, due_at);

-- A file can only take an object whose upload was recorded and which is not being deleted.
CREATE TRIGGER files_claim_object BEFORE INSERT ON files
BEGIN
  SELECT RAISE(ABORT, 'the object cannot be claimed') WHERE NOT EXISTS (
    SELECT 1 FROM pending_objects WHERE object_key = NEW.object_key AND state = 'uploading'
  );
  DELETE FROM pending_objects WHERE object_key = NEW.object_key;
END;

-- A deleted user's files are erased in batches, so they cannot refer to `users`.
CREATE TRIGGER files_need_owner BEFORE INSERT ON files
BEGIN
  SELECT RAISE(ABORT, 'the owner does not exist') WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.owner_id);
END;

-- The object of a deleted file must be deleted as well, even if the file is erased because its owner was deleted.
CREATE TRIGGER files_release_object AFTER DELETE ON files
BEGIN
  INSERT INTO pending_objects (object_key, state, due_at) VALUES (OLD.object_key, 'deleting', 0);
END;

-- The usage of the quotas `files` and `fileBytes`. When a user is deleted, the counters are deleted before the files.
CREATE TRIGGER files_count_insert AFTER INSERT ON files
BEGIN
  INSERT INTO quota_usage (user_id, quota, used)
  VALUES (NEW.owner_id, 'files', 1), (NEW.owner_id, 'fileBytes', NEW.size)
  ON CONFLICT (user_id, quota) DO UPDATE SET used = used + excluded.used;
END;

CREATE TRIGGER files_count_delete AFTER DELETE ON files
BEGIN
  UPDATE quota_usage SET used = used - iif(quota = 'files', 1, OLD.size)
  WHERE user_id = OLD.owner_id AND quota IN ('files', 'fileBytes');
END;
