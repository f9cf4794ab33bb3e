/** Measures each operation at each size. */
import { app } from "../../../src/app.ts";
import { describeRoutes } from "../../../src/http/index.ts";
import type { Reply } from "./client.ts";
import { readFeatures } from "./feature-growth.ts";
import { Fixture } from "./fixture.ts";
import type { Operation } from "./operation.ts";
import { OPERATIONS } from "./operations.ts";
import { expiredRows, liveRows } from "./rows.ts";
import { insert, seedLargeUser } from "./seed.ts";

const features = await readFeatures();

/**
 * The cost of an operation at one size, including the work after the response. `ms` is the time until the response has
 * ended.
 */
export interface Cell {
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly queries: number;
  readonly ms: number;
  /** The time in the database. */
  readonly sqlMs?: number;
  /** The status, if it was unexpected. */
  readonly status?: number;
}

export interface MeasuredOperation {
  readonly group: string;
  readonly name: string;
  /** By the number of rows. */
  readonly cells: Record<string, Cell>;
}

export interface Measurement {
  readonly operations: readonly MeasuredOperation[];
  /** The bytes that a row of each table takes, with its indexes. */
  readonly bytes: Readonly<Record<string, number>>;
}

/** Grows the data from size to size, and measures everything at each. Progress is printed to standard error. */
export async function measure(sizes: readonly number[]): Promise<Measurement> {
  const routes = new Set(
    describeRoutes(app.handlers).flatMap(({ methods, path }) => methods.map((method) => `${method} ${path}`)),
  );
  const own = features.flatMap(({ operations }) => operations);
  const operations = [...OPERATIONS, ...own].filter(({ route }) => routes.has(route));
  const measured = new Map<string, MeasuredOperation>();
  const record = (size: number, group: string, name: string, cell: Cell) => {
    const row = measured.get(name) ?? { group, name, cells: {} };
    row.cells[size] = cell;
    measured.set(name, row);
  };
  const bytes: Record<string, number> = {};
  const fixture = await Fixture.start(routes);
  try {
    for (const [index, size] of sizes.entries()) {
      await step(`seeding ${size} rows of each kind`, () => grow(fixture, (sizes[index - 1] ?? 0) + 1, size, bytes));
      if (index === 0) await fixture.readCursors();
      await step("operations", async () => {
        await fixture.refresh();
        for (const operation of operations)
          record(size, operation.group, operation.name, await repeat(fixture, operation));
      });
      await step("statements", () => measureStatements(fixture, size, record));
      await step("sweeps", () => sweep(fixture, size, record));
      await step("deletion of a user", () => deleteLargeUser(fixture, index, size, record));
    }
    return { operations: [...measured.values()], bytes };
  } finally {
    await fixture.stop();
  }
}

async function step(what: string, work: () => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  await work();
  console.error(`${what}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
}

/** @param bytes Receives the size of a row of each table, with its indexes. */
async function grow(fixture: Fixture, from: number, to: number, bytes: Record<string, number>): Promise<void> {
  const people = { owner: `'${fixture.ids.owner}'`, other: `'${fixture.ids.other}'` };
  for (const [table, columns] of liveRows(people)) {
    const before = await sizeOf(fixture);
    await insert(fixture.database, table, columns, from, to);
    bytes[table] = ((await sizeOf(fixture)) - before) / (to + 1 - from);
  }
  for (const { seed } of features) await seed?.(fixture, from, to);
}

async function sizeOf({ database }: Fixture): Promise<number> {
  return (await database.prepare("SELECT 1").run()).meta.size_after;
}

async function repeat(fixture: Fixture, { times = 5, status = 200, prepare, send, name }: Operation): Promise<Cell> {
  const replies: Reply[] = [];
  for (let time = 0; time < times; time += 1) {
    const prepared = await prepare?.(fixture);
    replies.push(await send(fixture, prepared ?? ""));
  }
  const unexpected = replies.find((reply) => reply.status !== status);
  if (unexpected) console.error(`${name}: ${unexpected.status} ${unexpected.text.slice(0, 500)}`);
  return {
    rowsRead: median(replies.map(({ rowsRead, after }) => rowsRead + after.rowsRead)),
    rowsWritten: median(replies.map(({ rowsWritten, after }) => rowsWritten + after.rowsWritten)),
    queries: median(replies.map(({ queries, after }) => queries + after.queries)),
    ms: median(replies.map((reply) => reply.ms)),
    sqlMs: median(replies.map(({ sqlMs, after }) => sqlMs + after.sqlMs)),
    ...(unexpected && { status: unexpected.status }),
  };
}

type RecordCell = (size: number, group: string, name: string, cell: Cell) => void;

const BATCHED = 1_000;

/** Measures single statements by executing many in a batch, since a request takes much longer than its statements. */
async function measureStatements({ database, ids }: Fixture, size: number, record: RecordCell): Promise<void> {
  const session = "SELECT id FROM sessions WHERE user_id = ?";
  const statements = {
    "read a row by its key": database.prepare("SELECT id, email, name FROM users WHERE id = ?").bind(ids.owner),
    "change a row by its key": database
      .prepare(`UPDATE sessions SET used_at = used_at + 1 WHERE id = (${session})`)
      .bind(ids.newcomer),
  };
  for (const [name, statement] of Object.entries(statements)) {
    const startedAt = performance.now();
    await database.batch(Array<typeof statement>(BATCHED).fill(statement));
    const ms = (performance.now() - startedAt) / BATCHED;
    record(size, "Statements", name, { rowsRead: 0, rowsWritten: 0, queries: 1, ms });
  }
}

/** Measures a sweep that finds nothing, and one that finds `size` rows of each kind. */
async function sweep(fixture: Fixture, size: number, record: RecordCell): Promise<void> {
  await sweepAll(fixture);
  record(size, "Sweeps", "sweep: nothing due", await repeat(fixture, NOTHING_DUE));
  for (const [table, columns] of expiredRows(`'${fixture.ids.newcomer}'`))
    await insert(fixture.database, table, columns, 1, size);
  const reply = await fixture.send("/growth/sweep");
  const swept = Object.values(reply.changes).reduce((sum, { changed }) => sum + changed, 0);
  const cell = { rowsWritten: 0, queries: reply.queries };
  record(size, "Sweeps", "sweep: for each row", { ...cell, rowsRead: reply.rowsRead / swept, ms: reply.ms / swept });
  for (const [table, { rowsRead, changed }] of Object.entries(reply.changes)) {
    if (changed > 0)
      record(size, "Sweeps", `sweep: for each row of ${table}`, { ...cell, rowsRead: rowsRead / changed, ms: 0 });
  }
  await sweepAll(fixture);
}

const NOTHING_DUE: Operation = {
  group: "One row",
  name: "sweep: nothing due",
  route: "",
  send: (fixture) => fixture.send("/growth/sweep"),
};

/** A run may stop before everything is swept. */
async function sweepAll(fixture: Fixture): Promise<void> {
  for (let run = 0; run < 1_000; run += 1) {
    const { changes } = await fixture.send("/growth/sweep");
    if (Object.values(changes).every(({ changed }) => changed === 0)) return;
  }
  throw new Error("The sweeps do not end");
}

/** Deletes a user with `size` notes and many files, while another user sends requests one after another. */
async function deleteLargeUser(fixture: Fixture, index: number, size: number, record: RecordCell): Promise<void> {
  const id = await seedLargeUser(fixture.database, index, size);
  await fixture.refresh();
  let isOver = false;
  const deletion = fixture.as("admin", `/api/admin/users/${id}`, { method: "DELETE" }).finally(() => {
    isOver = true;
  });
  let longest = 0;
  while (!isOver) longest = Math.max(longest, (await fixture.as("newcomer", "/api/me")).ms);
  const reply = await deletion;
  const all = { queries: 0, rowsWritten: 0, rowsRead: 0, ms: 0 };
  const { after } = reply;
  const cell = {
    rowsRead: reply.rowsRead + after.rowsRead,
    rowsWritten: reply.rowsWritten + after.rowsWritten,
    queries: reply.queries + after.queries,
    ms: reply.ms,
    ...(reply.status !== 204 && { status: reply.status }),
  };
  record(size, "Deletion", "user with notes and files: delete", cell);
  record(size, "Deletion", "longest statement of it", { ...all, ms: Math.max(reply.longestMs, after.longestMs) });
  record(size, "Deletion", "longest wait of another user during the deletion", { ...all, ms: longest });
  await sweepAll(fixture);
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
