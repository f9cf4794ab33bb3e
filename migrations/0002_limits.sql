-- How much of each quota a user has used. Triggers of the tables concerned keep the count.
CREATE TABLE quota_usage (
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  quota TEXT NOT NULL,
  used INTEGER NOT NULL,
  PRIMARY KEY (user_id, quota)
) STRICT, WITHOUT ROWID;

-- Requests with an Idempotency-Key header, which take effect once however often they are sent, for 24 hours. `made_id` is
-- the id of what the request creates, so that a retry after a crash does not create a second one. Without a status, the
-- request is running or has died; past `leased_until` it counts as dead.
CREATE TABLE idempotency_keys (
  owner TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  route TEXT NOT NULL,
  key TEXT NOT NULL,
  body_hash TEXT NOT NULL,
  made_id TEXT NOT NULL,
  leased_until INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  status INTEGER,
  headers TEXT, -- a JSON list of pairs
  body TEXT,
  PRIMARY KEY (owner, route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
