-- Accounts and their credentials. Secrets are stored only as hashes: passwords by scrypt (PHC strings), and all others,
-- which are 256 random bits, by SHA-256. Times that are compared are milliseconds since the epoch; times that are only
-- displayed are ISO 8601.
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  email TEXT NOT NULL UNIQUE, -- in lower case, with the domain in ASCII (xn--)
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('user', 'admin')),
  password_hash TEXT NOT NULL,
  email_verified INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1)),
  -- Part of every device token: raising it invalidates all of them.
  credential_epoch INTEGER NOT NULL DEFAULT 0,
  folded TEXT NOT NULL, -- e-mail and name, for the search
  created_at TEXT NOT NULL
) STRICT;

-- Sessions of browsers (by a cookie) and of API clients (by a refresh token). `expires_at` 0 marks a revoked session. A
-- browser's session has no user before sign-in.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  user_id TEXT REFERENCES users (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('cookie', 'token')),
  -- The hash of the cookie, or of the part that all refresh tokens of the session share.
  secret_hash TEXT NOT NULL UNIQUE,
  -- The current refresh token, the previous one, and the time of the last rotation.
  refresh_hash TEXT,
  previous_hash TEXT,
  rotated_at INTEGER,
  data TEXT NOT NULL DEFAULT '{}',
  device TEXT NOT NULL, -- the User-Agent
  device_id TEXT, -- in the session's device token; null before sign-in
  authenticated_at INTEGER, -- when the password was last entered
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  CHECK (user_id IS NOT NULL OR kind = 'cookie')
) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id, kind, used_at);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);
CREATE INDEX sessions_by_use ON sessions (used_at);

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  key_hash TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  permissions TEXT NOT NULL, -- a JSON list
  created_at TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  last_used_at INTEGER
) STRICT;
CREATE INDEX api_keys_by_user ON api_keys (user_id);

-- Tokens of mailed links: a token proves that its sender can read the account's mail. Each is used once. An account has
-- at most three live tokens for each purpose.
CREATE TABLE email_tokens (
  token_hash TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  purpose TEXT NOT NULL CHECK (purpose IN ('verify', 'reset')),
  expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX email_tokens_by_user ON email_tokens (user_id, purpose, expires_at);
CREATE INDEX email_tokens_by_expiry ON email_tokens (expires_at);

-- The open sockets of users, and the Durable Object that holds each, so that the object can be notified when the
-- session ends. The object renews `live_until` (milliseconds since the epoch); an expired row belongs to an object that
-- failed. Rows outlive their user, since the object must also be notified of a deleted user.
CREATE TABLE sockets (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  binding TEXT NOT NULL, -- the binding of the object's namespace
  object_name TEXT NOT NULL,
  live_until INTEGER NOT NULL
) STRICT;
CREATE INDEX sockets_by_user ON sockets (user_id, live_until);
CREATE INDEX sockets_by_time ON sockets (live_until);

-- Mail in development, which is stored instead of sent.
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  recipient TEXT NOT NULL,
  subject TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at TEXT NOT NULL
) STRICT;
