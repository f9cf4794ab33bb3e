/** Rows for measuring growth, which SQL makes from the numbers 1 to N. */

/** SQL expressions by column; `i` is the number of the row. */
export type Columns = Readonly<Record<string, string>>;

/** The users to whom rows belong, as SQL expressions of their ids. */
export interface People {
  /** The user with N rows of each kind. */
  readonly owner: string;
  /** Another user with N notes, who sends no measured requests. */
  readonly other: string;
}

const DAY_MS = 86_400_000;

/** An id like a UUIDv7, ordered by `i` and different for each kind. @param kind Three hexadecimal digits. */
export const idOf = (kind: string) => `printf('01900000-0000-7${kind}-8000-%012x', i)`;
const secretOf = (kind: string) => `printf('${kind}%061x', i)`;

/** The positions of an owner's notes count down. The app continues below the lowest one, far below all others. */
const NEWEST = 0x0fff_ffff;
const DELETED = 0x0ff0_0000;
const LOWEST = 0x0800_0000;
const positionOf = (owner: string, first: number) =>
  `((SELECT number FROM users WHERE id = ${owner}) << 28) + iif(i = 1 AND ${first === DELETED}, ${LOWEST}, ${first} - i)`;

const isoNow = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";
const now = () => Date.now();

/** Each note contains the words "common" and "note". The third, and every 5,000th after it, contains "zebra". */
const TITLE = "printf('Note %d is common', i)";
const BODY =
  "printf('The quick brown fox number %d jumps over the lazy dog%s', i, iif(i % 5000 = 3, ' and a zebra', ''))";

export function note(kind: string, owner: string): Columns {
  return {
    position: positionOf(owner, NEWEST),
    id: idOf(kind),
    owner_id: owner,
    title: TITLE,
    body: BODY,
    version: "1",
    created_at: isoNow,
    updated_at: isoNow,
  };
}

export function file(kind: string, owner: string): readonly [table: string, columns: Columns][] {
  const key = `'growth/' || ${idOf(kind)}`;
  return [
    ["pending_objects", { object_key: key, state: "'uploading'", due_at: String(now() + DAY_MS) }],
    [
      "files",
      {
        id: idOf(kind),
        owner_id: owner,
        object_key: key,
        name: "printf('file-%d.txt', i)",
        type: "'text/plain'",
        size: "1",
        sha256: secretOf("fff"),
        created_at: isoNow,
      },
    ],
  ];
}

function session(kind: string, user: string, expiresAt: number): Columns {
  return {
    id: idOf(kind),
    user_id: user,
    kind: "'token'",
    secret_hash: secretOf(kind),
    device: "'growth'",
    created_at: String(now()),
    used_at: String(now()),
    expires_at: String(expiresAt),
  };
}

const emailToken = (kind: string, user: string, expiresAt: number): Columns => ({
  token_hash: secretOf(kind),
  user_id: user,
  purpose: "'verify'",
  expires_at: String(expiresAt),
});

const socket = (kind: string, liveUntil: number): Columns => ({
  id: idOf(kind),
  user_id: idOf("a00"),
  session_id: idOf("a00"),
  binding: "'NONE'",
  object_name: "'growth'",
  live_until: String(liveUntil),
});

const idempotencyKey = (kind: string, owner: string, expiresAt: number): Columns => ({
  owner,
  route: "'POST /growth'",
  key: idOf(kind),
  body_hash: secretOf(kind),
  resource_id: idOf(kind),
  leased_until: "0",
  expires_at: String(expiresAt),
  status: "201",
  headers: "'[]'",
  body: "'{}'",
});

/** An expired key does not count in the quota, and is kept for a while. */
const apiKey = (kind: string, user: string, expiresAt: number): Columns => ({
  id: idOf(kind),
  user_id: user,
  key_hash: secretOf(kind),
  name: "'growth'",
  permissions: "'[]'",
  created_at: isoNow,
  expires_at: String(expiresAt),
});

/** Rows that no sweep removes, in an order in which references exist. */
export function liveRows({ owner, other }: People): readonly [table: string, columns: Columns][] {
  const later = now() + DAY_MS;
  return [
    [
      "users",
      {
        id: idOf("a00"),
        email: "printf('user%d@example.net', i)",
        name: "printf('Common name %d%s', i, iif(i % 5000 = 3, ' zebra', ''))",
        role: "'user'",
        password_hash: "'none'",
        created_at: isoNow,
      },
    ],
    ["notes", note("001", owner)],
    ["notes", note("002", other)],
    ["deleted_notes", { ...note("003", owner), position: positionOf(owner, DELETED), deleted_at: String(now()) }],
    ...file("004", owner),
    ["pending_objects", { object_key: `'waiting/' || ${idOf("005")}`, state: "'uploading'", due_at: String(later) }],
    ["sessions", session("006", owner, later)],
    ["api_keys", apiKey("007", owner, now() - DAY_MS)],
    ["email_tokens", emailToken("008", idOf("a00"), later)],
    ["idempotency_keys", idempotencyKey("009", owner, later)],
    ["sockets", socket("00a", later)],
  ];
}

/** Rows that the next sweep removes. @param user The id of their user, as an SQL expression. */
export function expiredRows(user: string): readonly [table: string, columns: Columns][] {
  return [
    ["deleted_notes", { ...note("013", user), position: positionOf(user, DELETED), deleted_at: "1" }],
    ["pending_objects", { object_key: `'expired/' || ${idOf("015")}`, state: "'deleting'", due_at: "1" }],
    ["sessions", session("016", user, 1)],
    ["api_keys", apiKey("017", user, 1)],
    ["email_tokens", emailToken("018", user, 1)],
    ["idempotency_keys", idempotencyKey("019", user, 1)],
    ["sockets", socket("01a", 1)],
  ];
}
