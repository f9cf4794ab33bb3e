/** The database of a request: it reads from a replica if the client has a bookmark, and retries reads that fail. */
import type { RequestDatabase } from "../../env.ts";
import { retryRead, WRITE_DEADLINE_MS, withDeadline } from "./transient.ts";

/** The part of a D1 database that stores use: the binding, or the database of a request. */
export type Database = Pick<D1Database, "prepare" | "batch">;

/** The form of D1's bookmarks. D1 accepts any other text as well, so malformed ones must not reach it. */
const BOOKMARK = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{32}$/;

/** @returns The bookmark; undefined unless it is well-formed. */
export function parseBookmark(text: string | null | undefined): string | undefined {
  return text && BOOKMARK.test(text) ? text : undefined;
}

/**
 * The database of one request. With a bookmark of the client, statements may read from a replica that is at least as new
 * as the bookmark and as everything that the request has read or written; without one, the primary responds. A
 * statement that only reads is repeated once after a transient failure, at the primary.
 *
 * @param bookmark Of the client. Allows reads from a replica.
 */
export function openRequestDatabase(binding: D1Database, bookmark?: string): RequestDatabase {
  return new SessionDatabase(binding, bookmark);
}

class SessionDatabase implements RequestDatabase {
  readonly #binding: D1Database;
  #bookmark: string | undefined;
  #isPrimary: boolean;
  #hasWritten = false;

  constructor(binding: D1Database, bookmark?: string) {
    this.#binding = binding;
    this.#bookmark = bookmark;
    this.#isPrimary = bookmark === undefined;
  }

  get isPrimary(): boolean {
    return this.#isPrimary;
  }

  get bookmark(): string | undefined {
    return this.#bookmark;
  }

  get hasWritten(): boolean {
    return this.#hasWritten;
  }

  usePrimary(): void {
    this.#isPrimary = true;
  }

  prepare(sql: string): D1PreparedStatement {
    return new RequestStatement(this, sql);
  }

  async batch<T = unknown>(statements: D1PreparedStatement[]): Promise<D1Result<T>[]> {
    const own = statements.map(toRequestStatement);
    return this.execute(
      own.every(({ isRead }) => isRead),
      (session) => session.batch<T>(own.map((statement) => statement.on(session))),
    );
  }

  /**
   * Executes a call in a session of its own, because only the first statement of a session is certain to reach the
   * primary.
   */
  async execute<T>(isRead: boolean, call: (session: D1DatabaseSession) => Promise<T>): Promise<T> {
    if (!isRead) this.#hasWritten = true;
    let isRetry = false;
    const attempt = async () => {
      const isAtPrimary = this.#isPrimary || !isRead;
      // A retry goes to the primary: if the database was replaced, perhaps no replica ever reaches the bookmark.
      if (isRetry) this.#bookmark = undefined;
      isRetry = true;
      const session = this.#binding.withSession((isAtPrimary ? undefined : this.#bookmark) ?? "first-primary");
      const result = await call(session);
      this.#remember(session.getBookmark());
      return result;
    };
    return isRead ? retryRead(attempt) : withDeadline(attempt(), WRITE_DEADLINE_MS);
  }

  /** Bookmarks are ordered as text. */
  #remember(bookmark: string | null): void {
    if (bookmark !== null && bookmark > (this.#bookmark ?? "")) this.#bookmark = bookmark;
  }
}

/** A statement that is prepared anew for each attempt. */
class RequestStatement implements D1PreparedStatement {
  readonly #database: SessionDatabase;
  readonly #sql: string;
  readonly #values: readonly unknown[];
  readonly isRead: boolean;

  constructor(database: SessionDatabase, sql: string, values: readonly unknown[] = []) {
    this.#database = database;
    this.#sql = sql;
    this.#values = values;
    this.isRead = /^\s*SELECT\b/i.test(sql);
  }

  bind(...values: unknown[]): D1PreparedStatement {
    return new RequestStatement(this.#database, this.#sql, values);
  }

  /** Prepares the statement for a session. */
  on(session: D1DatabaseSession): D1PreparedStatement {
    const statement = session.prepare(this.#sql);
    return this.#values.length === 0 ? statement : statement.bind(...this.#values);
  }

  first<T = unknown>(column: string): Promise<T | null>;
  first<T = Record<string, unknown>>(): Promise<T | null>;
  first<T>(column?: string): Promise<T | null> {
    return this.#execute((statement) => (column === undefined ? statement.first<T>() : statement.first<T>(column)));
  }

  run<T = Record<string, unknown>>(): Promise<D1Result<T>> {
    return this.#execute((statement) => statement.run<T>());
  }

  all<T = Record<string, unknown>>(): Promise<D1Result<T>> {
    return this.#execute((statement) => statement.all<T>());
  }

  raw<T = unknown[]>(options: { columnNames: true }): Promise<[string[], ...T[]]>;
  raw<T = unknown[]>(options?: { columnNames?: false }): Promise<T[]>;
  raw<T>(options?: { columnNames?: boolean }): Promise<T[] | [string[], ...T[]]> {
    return this.#execute<T[] | [string[], ...T[]]>((statement) =>
      options?.columnNames ? statement.raw<T>({ columnNames: true }) : statement.raw<T>(),
    );
  }

  #execute<T>(call: (statement: D1PreparedStatement) => Promise<T>): Promise<T> {
    return this.#database.execute(this.isRead, (session) => call(this.on(session)));
  }
}

/** @throws TypeError for a statement of another database. */
function toRequestStatement(statement: D1PreparedStatement): RequestStatement {
  if (statement instanceof RequestStatement) return statement;
  throw new TypeError("Prepare each statement of a batch with the database that executes the batch");
}
