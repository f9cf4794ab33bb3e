-- Requests that are made once however often they are sent (the Idempotency-Key header), for 24 hours.
-- `resource_id` is the id of what the request makes: a retry after a crash makes the same again, not another.
-- Without a status the request is still running, or died; `leased_until` tells when it counts as dead.
CREATE TABLE idempotency_keys (
  owner TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
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
