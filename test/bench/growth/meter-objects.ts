/** Counts the rows that Durable Objects read and write. */

type Cursor = SqlStorageCursor<Record<string, SqlStorageValue>>;

/** Statements in objects count for the current request, since requests are measured one after another. */
let cursors: Cursor[] = [];
/** The databases whose statements are counted. */
const metered = new WeakSet<SqlStorage>();
const patched = new WeakSet<object>();

type ObjectClass = new (ctx: DurableObjectState, env: unknown) => object;

/** @returns A subclass that counts rows, and has a method that executes SQL. */
export function meterObject(base: ObjectClass): ObjectClass {
  return class extends base {
    readonly #sql: SqlStorage;

    constructor(ctx: DurableObjectState, env: unknown) {
      countRows(ctx.storage.sql);
      super(ctx, env);
      this.#sql = ctx.storage.sql;
    }

    growthExec(sql: string): unknown[] {
      return this.#sql.exec(sql).toArray();
    }
  };
}

/** All databases of objects share a prototype. */
function countRows(sql: SqlStorage): void {
  metered.add(sql);
  const prototype = Object.getPrototypeOf(sql);
  if (patched.has(prototype)) return;
  patched.add(prototype);
  const { exec } = prototype;
  prototype.exec = function (this: SqlStorage, ...args: unknown[]) {
    const cursor: Cursor = Reflect.apply(exec, this, args);
    if (metered.has(this)) cursors.push(cursor);
    return cursor;
  };
}

/** Starts counting at zero. */
export function startCounting(): void {
  cursors = [];
}

/**
 * The rows since counting started. They are summed up at the end, since a cursor may be read later than its statement
 * was executed.
 */
export function countedRows(): { readonly read: number; readonly written: number } {
  return {
    read: cursors.reduce((sum, { rowsRead }) => sum + rowsRead, 0),
    written: cursors.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0),
  };
}
