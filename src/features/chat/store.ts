/** The messages of a room, in the SQLite database of its object. */
import type { ChatMessage, ChatUser } from "./protocol.ts";

/** AUTOINCREMENT remembers the last `seq` even when the table is empty, so that no `seq` is used twice. */
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS messages (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    sender_id TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (sender_id, id)
  );
  CREATE INDEX IF NOT EXISTS messages_by_time ON messages (at);`;

/** Creates the table if it is missing. Only joining or posting does that: reading a room stores nothing. */
export function createTables(sql: SqlStorage): void {
  sql.exec(SCHEMA);
}

/** @returns False for a room that was never used. */
export function hasTables(sql: SqlStorage): boolean {
  return sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'messages'").toArray().length > 0;
}

type MessageRow = {
  readonly seq: number;
  readonly id: string;
  readonly senderId: string;
  readonly senderName: string;
  readonly text: string;
  readonly at: number;
};

const COLUMNS = "seq, id, sender_id AS senderId, sender_name AS senderName, text, at";

/** A message that has no `seq` yet. */
export type NewMessage = Pick<ChatMessage, "id" | "text">;

/** Stores a message unless its sender has stored one with the same id. @returns The stored message. */
export function addMessage(
  sql: SqlStorage,
  { id, text }: NewMessage,
  sender: ChatUser,
): { readonly isNew: boolean; readonly message: ChatMessage } {
  const same = `SELECT ${COLUMNS} FROM messages WHERE sender_id = ? AND id = ?`;
  const [stored] = sql.exec<MessageRow>(same, sender.id, id);
  if (stored) return { isNew: false, message: toMessage(stored) };
  // Not left to SQLite: AUTOINCREMENT may skip numbers.
  const seq = readExtent(sql).last + 1;
  const insert = `INSERT INTO messages (seq, id, sender_id, sender_name, text, at)
    VALUES (?, ?, ?, ?, ?, ?) RETURNING ${COLUMNS}`;
  const row = sql.exec<MessageRow>(insert, seq, id, sender.id, sender.name, text, Date.now()).one();
  return { isNew: true, message: toMessage(row) };
}

/** The messages after a `seq`, oldest first, read lazily. */
export function* messagesAfter(sql: SqlStorage, after: number, limit = -1): Generator<ChatMessage, void, undefined> {
  const rows = sql.exec<MessageRow>(`SELECT ${COLUMNS} FROM messages WHERE seq > ? ORDER BY seq LIMIT ?`, after, limit);
  for (const row of rows) yield toMessage(row);
}

/** The latest messages, oldest first. */
export function latestMessages(sql: SqlStorage, limit: number): ChatMessage[] {
  const rows = sql.exec<MessageRow>(`SELECT ${COLUMNS} FROM messages ORDER BY seq DESC LIMIT ?`, limit);
  return rows.toArray().map(toMessage).reverse();
}

/** The `seq` of the last message ever stored, or 0, and of the oldest that is still stored, or `last + 1`. */
export function readExtent(sql: SqlStorage): { readonly last: number; readonly first: number } {
  const { last } = sql
    .exec<{ last: number }>("SELECT coalesce(max(seq), 0) AS last FROM sqlite_sequence WHERE name = 'messages'")
    .one();
  const { first } = sql.exec<{ first: number }>("SELECT coalesce(min(seq), ?) AS first FROM messages", last + 1).one();
  return { last, first };
}

/** Removes old messages. @param before Milliseconds since the epoch. @returns The time of the oldest that is left. */
export function removeOlder(sql: SqlStorage, before: number): number | null {
  sql.exec("DELETE FROM messages WHERE at < ?", before);
  return sql.exec<{ at: number | null }>("SELECT min(at) AS at FROM messages").one().at;
}

function toMessage({ seq, id, senderId, senderName, text, at }: MessageRow): ChatMessage {
  return { seq, id, sender: { id: senderId, name: senderName }, text, at: new Date(at).toISOString() };
}
