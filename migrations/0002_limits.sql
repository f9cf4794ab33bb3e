-- How much of each quota a user has used. Triggers on the counted tables keep it up to date.
CREATE TABLE quota_usage (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  quota TEXT NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (user_id, quota)
) STRICT, WITHOUT ROWID;

-- Requests that take effect only once (the Idempotency-Key header), for 24 hours. `resource_id` is the id of the
-- resource that the request creates, so that a retry after a crash does not create a second one. A row without a status
-- belongs to a request that is running or has crashed; after `leased_until`, it counts as crashed. A deleted user's keys
-- are erased in batches.
CREATE TABLE idempotency_keys (
  owner TEXT NOT NULL,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  resource_id TEXT NOT NULL,
  leased_until INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  status INTEGER,
  headers TEXT, -- a JSON list of pairs
  body TEXT,
  PRIMARY KEY (owner, route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
CREATE TRIGGER idempotency_keys_need_owner BEFORE INSERT ON idempotency_keys
BEGIN
  SELECT RAISE(ABORT, 'the owner does not exist') WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.owner);
END;
