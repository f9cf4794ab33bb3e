/** Whatever fails between the database and the bucket, no file is without its bytes, and the sweep finds the rest. */
import { env } from "cloudflare:test";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Account, createAccount, send } from "../../harness.ts";
import {
  bytesOf,
  emptyStorage,
  expectInOrder,
  expectNothingStored,
  filePart,
  formOf,
  MIB,
  postForm,
  putFile,
  type Storage,
  storageThrough,
  stored,
  storeFile,
  streamFrom,
  streamOf,
  sweep,
  sweepAll,
} from "./files.ts";

// Every call of every operation fails once: on a slow machine that takes its time.
vi.setConfig({ testTimeout: 120_000 });

/** What becomes of a call: `lost` is made all the same, when everything else is over. */
type Fate = "made" | "not made" | "made, unanswered" | "lost";

/** @param fateOf What becomes of the nth call, from 1. */
function storageWith(fateOf: (n: number) => Fate) {
  let calls = 0;
  const late: (() => Promise<unknown>)[] = [];
  const storage = storageThrough(async (call, name) => {
    calls++;
    const fate = fateOf(calls);
    if (fate === "made") return call();
    if (fate === "made, unanswered") await call();
    if (fate === "lost") late.push(call);
    throw new Error(`Call ${calls}, ${name}: ${fate}`);
  });
  const settle = async () => void (await Promise.allSettled(late.map((call) => call())));
  return { storage, settle, count: () => calls };
}

/** How the nth call can go wrong, and what becomes of the calls from there on. */
const FAULTS: Readonly<Record<string, readonly [nth: Fate, later: Fate]>> = {
  "dies before": ["not made", "not made"],
  "dies after": ["made, unanswered", "not made"],
  "fails at": ["not made", "made"],
  "gets no response to": ["made, unanswered", "made"],
  "gives up, too soon,": ["lost", "made"],
};

let me: Account;
beforeEach(async () => {
  await emptyStorage();
  me = await createAccount();
});

afterEach(() => void vi.restoreAllMocks());

/** Every file has all its bytes. @returns How many there are. */
async function expectWholeFiles(): Promise<number> {
  const { objects, files } = await stored();
  expect(objects).toMatchObject(files);
  return Object.keys(files).length;
}

const LARGE = bytesOf(5 * MIB + 1);
const FORM = formOf(filePart("large", LARGE), filePart("small", "small"), filePart("empty", ""));

const BEFORE = { "Idempotency-Key": "before" };

interface Operation {
  /** How many files there are before, and after. */
  readonly files: readonly [before: number, after: number];
  run(bindings: Storage, url: string): Promise<Response>;
}
const OPERATIONS: Readonly<Record<string, Operation>> = {
  "an upload of three files by form": { files: [1, 4], run: (storage) => postForm(me, FORM, {}, storage) },
  "an upload of a small file": { files: [1, 2], run: (storage) => putFile(me, "small", "small", {}, storage) },
  "an upload that was stored before": {
    files: [1, 1],
    run: (storage) => putFile(me, "before", "before", BEFORE, storage),
  },
  "a deletion": {
    files: [1, 0],
    run: (storage, url) => send(`/api${url}`, { method: "DELETE", headers: me.headers }, storage),
  },
};

describe.each(Object.entries(OPERATIONS))("%s", (_, { files, run }) => {
  test.each(Object.entries(FAULTS))("that %s any call leaves all of it or nothing", async (_, [nth, later]) => {
    for (let n = 1, isThrough = false; !isThrough; n++) {
      await emptyStorage();
      const { url } = await storeFile(me, "before", "before", BEFORE);
      const { storage, settle, count } = storageWith((call) => (call < n ? "made" : call === n ? nth : later));
      const { status } = await run(storage, url);
      isThrough = count() < n;
      await expectWholeFiles();
      await settle();
      const left = await expectWholeFiles();
      expect(status < 300 ? [files[1]] : files, `call ${n}`).toContain(left);
      await sweepAll();
      await expectInOrder(left);
    }
  });
});

test("a write that lands hours after it was given up, behind a sweep, leaves nothing either", async () => {
  for (let n = 1, isThrough = false; !isThrough; n++) {
    await emptyStorage();
    const { storage, settle, count } = storageWith((call) => (call === n ? "lost" : "made"));
    await putFile(me, "small", "small", {}, storage);
    isThrough = count() < n;
    await sweep(1);
    await settle();
    const left = await expectWholeFiles();
    await sweepAll();
    await expectInOrder(left);
  }
});

test("after any failures, in any number, a file has its bytes, and the sweep leaves nothing else", async () => {
  const fate = fc.constantFrom<Fate>("made", "made", "made", "not made", "made, unanswered");
  const form = formOf(filePart("one", "1"), filePart("two", "2"));
  const property = fc.asyncProperty(fc.array(fate, { maxLength: 30 }), async (fates) => {
    await emptyStorage();
    const { url } = await storeFile(me, "before", "before");
    const { storage } = storageWith((n) => fates[n - 1] ?? "made");
    await postForm(me, form, {}, storage);
    await send(`/api${url}`, { method: "DELETE", headers: me.headers }, { ...storage, API_RATE_LIMIT: 100_000 });
    await sweep(25, storage).catch(() => {});
    const left = await expectWholeFiles();
    await sweepAll();
    await expectInOrder(left);
  });
  await fc.assert(property, { numRuns: 30 });
});

describe("the sweep", () => {
  /** Objects whose uploads died long ago, some of which were stored. */
  async function abandon(count: number): Promise<void> {
    const keys = Array.from({ length: count }, (_, i) => `abandoned ${i}`);
    await env.DB.prepare(
      "INSERT INTO pending_objects (object_key, state, due_at) SELECT value, 'uploading', 1 FROM json_each(?)",
    )
      .bind(JSON.stringify(keys))
      .run();
    for (const key of [keys[0], keys.at(-1)]) await env.FILES.put(key ?? "", "abandoned");
  }

  test("leaves an upload alone that is under way for less than a day", async () => {
    const storage = storageThrough(async (call) => {
      await sweep(23);
      return call();
    });
    expect((await postForm(me, FORM, {}, storage)).status).toBe(201);
    await expectInOrder(3);
  });

  test("between any two calls of an upload that takes longer leaves all of it or nothing", async () => {
    const statuses: number[] = [];
    for (let n = 1, calls = n; calls >= n; n++) {
      await emptyStorage();
      calls = 0;
      const storage = storageThrough(async (call) => {
        calls++;
        if (calls === n) await sweep(25);
        return call();
      });
      const { status } = await postForm(me, FORM, {}, storage);
      const { objects, files } = await stored();
      expect(objects).toEqual(files);
      await sweep(26);
      await expectInOrder(status === 201 ? 3 : 0);
      statuses.push(status);
    }
    expect(new Set(statuses)).toEqual(new Set([201, 500]));
  });

  test("finds the remains of an upload that takes longer, and dies", async () => {
    async function* slowly() {
      yield bytesOf(1000);
      await sweep(25);
      vi.spyOn(Date, "now").mockReturnValue(Date.now() + 25 * 60 * 60 * 1000);
      yield bytesOf(1000);
    }
    let isDead = false;
    const storage = storageThrough(async (call, name) => {
      if (isDead) throw new Error(`It is dead, and cannot ${name}`);
      isDead = name === "put";
      return call();
    });
    await putFile(me, "slow", streamFrom(slowly()), {}, storage);
    await sweep(50);
    await expectNothingStored();
  });

  test.each(Object.entries(FAULTS))("that %s any of its calls is made up for by the next", async (_, [nth, later]) => {
    for (let n = 1, isThrough = false; !isThrough; n++) {
      await emptyStorage();
      await storeFile(me, "kept", "kept");
      await abandon(3);
      const { storage, settle, count } = storageWith((call) => (call < n ? "made" : call === n ? nth : later));
      await sweep(25, storage).catch(() => {});
      isThrough = count() < n;
      await settle();
      await sweep(25);
      await sweep(50);
      await expectInOrder(1);
    }
  });

  /** The bucket, except that `before` is called with the keys before they are deleted. */
  const bucketWith = (before: (keys: readonly string[]) => Promise<void>) => {
    const remove = async (keys: string[]) => {
      await before(keys);
      await env.FILES.delete(keys);
    };
    return { FILES: { delete: remove } as R2Bucket };
  };

  test.each([1000, 1001, 2500])("removes %i objects, no more at once than the 1000 that R2 takes", async (count) => {
    const sizes: number[] = [];
    await storeFile(me, "kept", "kept");
    await abandon(count);
    await sweep(
      0,
      bucketWith(async (keys) => void sizes.push(keys.length)),
    );
    expect(sizes.reduce((sum, size) => sum + size)).toBe(count);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
    await sweep(25);
    await expectInOrder(1);
  });

  test("lets no upload have an object that it is about to remove", async () => {
    await abandon(1);
    const claim = () => expect(insertFile("abandoned 0")).rejects.toThrow("cannot be claimed");
    await sweep(0, bucketWith(claim));
    await sweep(25, bucketWith(claim));
    await expectNothingStored();
  });

  test("may run twice at once, and while files are uploaded and deleted", async () => {
    await abandon(1500);
    const { url } = await storeFile(me, "deleted", "x");
    const remove = send(`/api${url}`, { method: "DELETE", headers: me.headers });
    await Promise.all([sweep(), sweep(), postForm(me, FORM), remove, sweep(), putFile(me, "f", "x")]);
    await Promise.all([sweep(25), sweep(25)]);
    await expectInOrder(4);
  });

  test("of objects goes on if that of sessions fails, and the failure is reported", async () => {
    await abandon(3);
    const prepare = (sql: string) => {
      if (sql.includes("sessions")) throw new Error("No sessions");
      return env.DB.prepare(sql);
    };
    await expect(sweep(0, { DB: { prepare } as D1Database })).rejects.toThrow("No sessions");
    expect((await stored()).objects).toEqual({});
  });
});

const insertFile = (key: string) =>
  env.DB.prepare(
    "INSERT INTO files (id, owner_id, object_key, name, type, size, sha256, created_at) VALUES (?1, ?2, ?1, 'name', 'type', 0, '', '')",
  )
    .bind(key, me.user.id)
    .run();

test("the database refuses a file whose object was not recorded, or is being deleted", async () => {
  await expect(insertFile("unknown")).rejects.toThrow("cannot be claimed");
  await env.DB.prepare(
    "INSERT INTO pending_objects (object_key, state, due_at) VALUES ('doomed', 'deleting', 1), ('recorded', 'uploading', 1)",
  ).run();
  await expect(insertFile("doomed")).rejects.toThrow("cannot be claimed");
  await insertFile("recorded");
  expect(await stored()).toEqual({ objects: {}, files: { recorded: 0 }, pending: ["doomed"] });
});

test.each(["", "stored", "Uploading"])("the database refuses a pending object in the state %j", async (state) => {
  const insert = env.DB.prepare("INSERT INTO pending_objects (object_key, state, due_at) VALUES ('a', ?, 1)").bind(
    state,
  );
  await expect(insert.run()).rejects.toThrow("CHECK constraint");
});

test("a truncated body is 400 also if its upload cannot be aborted", async () => {
  const storage = storageThrough((call, name) => (name === "abort" ? Promise.reject(new Error("No abort")) : call()));
  const body = streamOf(LARGE, new Error("The client is gone"));
  expect((await putFile(me, "f", body, {}, storage)).status).toBe(400);
  await expectNothingStored();
});
