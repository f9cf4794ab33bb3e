-- Sample items. Ids are UUIDv7, so their order is the order of creation.
CREATE TABLE sample_items (
  id TEXT PRIMARY KEY,
  owner_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  title TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX sample_items_by_owner ON sample_items (owner_id, id);
