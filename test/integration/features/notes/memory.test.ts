/** Memory: what the isolate holds while an export of 200 MB goes out. */
import { expect, test } from "vitest";
import { signUp } from "../../client.ts";
import { MOST_MEMORY, openIsolateMemory } from "../../isolate-memory.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";

/** Notes of 20,000 characters. */
async function storeNotes(worker: RunningWorker, userId: string, count: number): Promise<void> {
  const database = await worker.database();
  // The export does not read the search index, and indexing 200 MB takes minutes.
  await database.prepare("DROP TRIGGER notes_search_insert").run();
  const insert = `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
    INSERT INTO notes (position, id, owner_id, title, body, version, created_at, updated_at)
    SELECT (SELECT number << 28 FROM users WHERE id = ?2) + i, printf('01900000-0000-7000-8000-%012d', i), ?2, 'Note ' || i, hex(randomblob(10000)),
      1, '2026-11-01T12:00:00.000Z', '2026-11-01T12:00:00.000Z' FROM n`;
  await database.prepare(insert).bind(count, userId).run();
}

test("an export of 200 MB holds no more than a few notes of it at a time", { timeout: 300_000 }, async () => {
  const worker = await startWorker({ inspected: true });
  const client = await signUp(worker);
  const memory = await openIsolateMemory(await worker.inspector(), () => worker.fetch("/nowhere"));
  await storeNotes(worker, client.userId, 10_000);
  const before = await memory.sample();
  const samples: number[] = [];
  const response = await fetch(new URL("/api/notes/export.csv", await worker.url()), { headers: client.headers });
  let [read, next] = [0, 10_000_000];
  for await (const chunk of response.body ?? []) {
    read += chunk.byteLength;
    if (read < next) continue;
    next += 10_000_000;
    samples.push(await memory.sample());
  }
  expect(read).toBeGreaterThan(200_000_000);
  expect(samples.length).toBeGreaterThanOrEqual(20);
  expect(Math.max(...samples) - before).toBeLessThan(MOST_MEMORY);
  memory.close();
  await worker.stop();
});
