/** Counts the rows that the Durable Objects read and write: the platform bills them like rows of D1. */
import { env, runInDurableObject } from "cloudflare:test";

const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
const rows = { read: 0, written: 0 };

/** The rows of all objects so far. */
export function objectRows(): { readonly read: number; readonly written: number } {
  // A cursor may be read later than its statement was executed.
  return cursors.reduce(
    (sum, { rowsRead, rowsWritten }) => ({ read: sum.read + rowsRead, written: sum.written + rowsWritten }),
    rows,
  );
}

/** The operations that are billed as rows. */
const READS = ["get", "getAlarm"];
const WRITES = ["put", "delete", "setAlarm", "deleteAlarm"];

/** Makes the storage of all objects count. Objects share the isolate and the prototypes of the tests. */
export async function countObjectRows(): Promise<void> {
  const stub = env.RATE_LIMITER.get(env.RATE_LIMITER.idFromName("rows"));
  await runInDurableObject(stub, (_, { storage }) => {
    const sql = Object.getPrototypeOf(storage.sql);
    const { exec } = sql;
    sql.exec = function (...args: unknown[]) {
      const cursor: (typeof cursors)[number] = Reflect.apply(exec, this, args);
      cursors.push(cursor);
      return cursor;
    };
    for (const owner of [Object.getPrototypeOf(storage), Object.getPrototypeOf(storage.kv)]) {
      for (const name of [...READS, ...WRITES]) {
        const method = owner[name];
        if (typeof method !== "function") continue;
        owner[name] = function (...args: unknown[]) {
          rows[READS.includes(name) ? "read" : "written"] += 1;
          return Reflect.apply(method, this, args);
        };
      }
    }
  });
}
