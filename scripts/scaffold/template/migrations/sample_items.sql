-- Sample items. Ids are UUIDv7, so their order is the order of creation.
CREATE TABLE sample_items (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL,
  title TEXT NOT NULL,
  created_at TEXT NOT NULL,
  -- Identifies the form that created the item, so that submitting it again adds nothing; null if the API created it.
  submission_id TEXT UNIQUE
) STRICT;
CREATE INDEX sample_items_by_owner ON sample_items (owner_id, id);

-- A deleted user's sample items are erased in batches, so they cannot refer to `users`.
CREATE TRIGGER sample_items_need_owner BEFORE INSERT ON sample_items
BEGIN
  SELECT RAISE(ABORT, 'the owner does not exist') WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.owner_id);
END;
