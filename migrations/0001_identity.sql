-- Accounts and their credentials. Secrets are stored only as hashes: passwords by scrypt (PHC strings), and all others,
-- which are 256 random bits, by SHA-256. Times that are compared are milliseconds since the epoch; times that are only
-- displayed are ISO 8601.
CREATE TABLE users (
  -- Never reused, so rows that are keyed by it, such as those of a search index, can never pass to another user.
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  email TEXT NOT NULL UNIQUE, -- in lower case, with the domain in ASCII (xn--)
  name TEXT NOT NULL,
  role TEXT NOT NULL CHECK (role IN ('user', 'admin')),
  password_hash TEXT NOT NULL,
  email_verified INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1)),
  -- Part of every device token: raising it invalidates all of them.
  credential_epoch INTEGER NOT NULL DEFAULT 0,
  created_at TEXT NOT NULL
) STRICT;
CREATE INDEX users_administrators ON users (role, id) WHERE role = 'admin';

-- Deleted users whose data is still being erased. Large tables do not refer to `users`, so that deleting a user takes one
-- short statement; their rows are erased in batches afterwards.
CREATE TABLE deleted_users (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL,
  deleted_at INTEGER NOT NULL -- milliseconds since the epoch
) STRICT;
CREATE INDEX deleted_users_by_id ON deleted_users (id);
CREATE TRIGGER users_note_deletion AFTER DELETE ON users
BEGIN
  -- A CAST, since the product is not always whole, and a STRICT table refuses it then.
  INSERT INTO deleted_users (number, id, deleted_at)
  VALUES (OLD.number, OLD.id, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;

-- The texts of the search index. `facets` consists of a code for the role (`adm` or `usr`) and a code for whether the
-- address is verified (`yes` or `non`), so that a filter is part of the search and reads no other users.
CREATE VIEW users_text AS
SELECT number, email, name, iif(role = 'admin', 'adm', 'usr') || ' ' || iif(email_verified, 'yes', 'non') AS facets
FROM users;

-- The search index of users, made of all sequences of three characters; see `src/web/request/search.ts`. Triggers keep
-- it up to date. Deletions and updates skip rows that are not in `users_search_docsize`, so the index can be rebuilt in
-- batches while the app writes.
CREATE VIRTUAL TABLE users_search USING fts5 (
  email, name, facets, content='users_text', content_rowid='number', tokenize='trigram'
);

CREATE TRIGGER users_search_insert AFTER INSERT ON users
BEGIN
  INSERT INTO users_search (rowid, email, name, facets)
  SELECT number, email, name, facets FROM users_text WHERE number = NEW.number;
END;

CREATE TRIGGER users_search_delete BEFORE DELETE ON users
BEGIN
  INSERT INTO users_search (users_search, rowid, email, name, facets)
  SELECT 'delete', number, email, name, facets FROM users_text
  WHERE number = OLD.number AND EXISTS (SELECT 1 FROM users_search_docsize WHERE id = OLD.number);
END;

CREATE TRIGGER users_search_before_update BEFORE UPDATE OF email, name, role, email_verified ON users
WHEN (OLD.email, OLD.name, OLD.role, OLD.email_verified) IS NOT (NEW.email, NEW.name, NEW.role, NEW.email_verified)
BEGIN
  INSERT INTO users_search (users_search, rowid, email, name, facets)
  SELECT 'delete', number, email, name, facets FROM users_text
  WHERE number = OLD.number AND EXISTS (SELECT 1 FROM users_search_docsize WHERE id = OLD.number);
END;

CREATE TRIGGER users_search_update AFTER UPDATE OF email, name, role, email_verified ON users
WHEN (OLD.email, OLD.name, OLD.role, OLD.email_verified) IS NOT (NEW.email, NEW.name, NEW.role, NEW.email_verified)
BEGIN
  INSERT INTO users_search (rowid, email, name, facets)
  SELECT number, email, name, facets FROM users_text WHERE number = NEW.number;
END;

-- Sessions of browsers (by a cookie) and of API clients (by a refresh token). `expires_at` and `used_at` are 0 in a revoked
-- session. A browser's session has no user before sign-in.
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
CREATE INDEX sessions_by_user ON sessions (user_id, kind, used_at, id);
-- For lists. It leaves out revoked sessions: a user can have any number of them until the sweep removes them.
CREATE INDEX sessions_listed ON sessions (user_id, id) WHERE user_id IS NOT NULL AND expires_at > 0;
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
CREATE INDEX api_keys_by_user ON api_keys (user_id, id);
-- For counting a user's unexpired keys, since expired ones are kept for a while.
CREATE INDEX api_keys_by_user_and_expiry ON api_keys (user_id, expires_at);
CREATE INDEX api_keys_by_expiry ON api_keys (expires_at);

-- The forms, and the requests with an `Idempotency-Key`, that created an API key. Repeating one of them does not create
-- another key, even if the first one was deleted. `id` is a hash of the data that the key is derived from. A row is kept
-- as long as the key would be, which is longer than any session. A deleted user's rows are erased in batches.
CREATE TABLE api_key_submissions (
  user_id TEXT NOT NULL,
  id TEXT NOT NULL,
  key_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  is_notified INTEGER NOT NULL DEFAULT 0 CHECK (is_notified IN (0, 1)), -- whether the notice of the key has been sent
  PRIMARY KEY (user_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX api_key_submissions_by_expiry ON api_key_submissions (expires_at);
CREATE TRIGGER api_key_submissions_need_owner BEFORE INSERT ON api_key_submissions
BEGIN
  SELECT RAISE(ABORT, 'the owner does not exist') WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = NEW.user_id);
END;

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
