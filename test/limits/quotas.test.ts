import { createExecutionContext, env } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { app } from "../../src/app.ts";
import type { AppLocals } from "../../src/env.ts";
import { nameObject } from "../../src/features/files/orphans.ts";
import { createFiles, deleteFile } from "../../src/features/files/store.ts";
import { createNote, deleteNote } from "../../src/features/notes/store.ts";
import { restoreNote } from "../../src/features/notes/trash.ts";
import { type Guard, setup } from "../../src/http/index.ts";
import { deleteUser } from "../../src/identity/users/users.ts";
import { requireQuota } from "../../src/limits/guards/require-quota.ts";
import { findExceeded, fitsQuota, QUOTAS, type Quota, quotaExceeded, quotaMessage } from "../../src/limits/quotas.ts";
import { describePolicy } from "../../src/web/app/policy.ts";
import { route } from "../../src/web/app/scope.ts";
import { createAccount, unreadable } from "../harness.ts";
import { supplyLocals } from "../supply-locals.ts";
import { LIMIT_TEXTS, leaveRoom, quotaProblem, usageOf } from "./quota-usage.ts";

const GIB = 1024 ** 3;

/** As SPEC §2.4 has them. */
const SPECIFIED: readonly (readonly [Quota, number])[] = [
  ["notes", 100_000],
  ["files", 10_000],
  ["fileBytes", 5 * GIB],
  ["apiKeys", 20],
  ["sockets", 20],
];

test("there are these quotas, and no others", () => {
  expect(QUOTAS).toEqual(Object.fromEntries(SPECIFIED));
});

describe.each(SPECIFIED)("the quota %s", (quota, limit) => {
  const c = { request: new Request("http://localhost/api/x"), locals: { requestId: "12345678" } };

  test("is named with its limit where it is exceeded", async () => {
    expect(quotaMessage(quota)).toContain(`limit of ${LIMIT_TEXTS[quota]}.`);
    const response = quotaExceeded(c, quota);
    expect([response.status, response.headers.get("Content-Type")]).toEqual([422, "application/problem+json"]);
    expect(await response.json()).toEqual(quotaProblem(quota));
  });

  test("is told to a browser as a page, to HTMX as a message", async () => {
    const answer = (headers: Record<string, string>) =>
      quotaExceeded({ ...c, request: new Request("http://localhost/x", { headers }) }, quota);
    const page = answer({ Accept: "text/html" });
    expect([page.status, page.headers.get("Content-Type")]).toEqual([422, "text/html; charset=utf-8"]);
    expect(await page.text()).toContain(quotaMessage(quota));
    const part = answer({ Accept: "text/html", "HX-Request": "true" });
    expect([part.status, part.headers.get("HX-Reswap")]).toEqual([422, "none"]);
    expect(part.headers.get("HX-Trigger")).toBe(JSON.stringify({ refused: quotaMessage(quota) }));
    expect(await part.json()).toEqual(quotaProblem(quota));
  });

  const CASES = [
    [0, 1, true],
    [limit - 1, 1, true],
    [limit - 1, 2, false],
    [limit, 1, false],
    [limit, 0, true],
    [limit + 1, 1, false],
  ] as const;

  test.each(CASES)("with %i used and %i more fits: %s", async (used, adding, fits) => {
    const { user } = await createAccount();
    const condition = fitsQuota(quota, { userId: "?1", adding: "?2" });
    const ask = () => env.DB.prepare(`SELECT ${condition} AS fits`).bind(user.id, adding).first("fits");
    expect(await ask(), "where nothing is counted").toBe(1);
    await leaveRoom(user.id, quota, limit - used);
    expect(await ask()).toBe(Number(fits));
    expect(findExceeded([{ quota, used }], new Map([[quota, adding]]))).toBe(fits ? undefined : quota);
  });

  test("has a guard, which denies before the body is read what there is no room for", async () => {
    const { user } = await createAccount();
    const supplyUser: Guard<AppLocals, { user: { id: string } }> = () => ({ allow: true, locals: { user } });
    const resolve = () => new Response("done");
    const guarded = setup({
      onRequest: supplyLocals,
      handlers: [
        route.post("/strict", { guards: [supplyUser, requireQuota([quota])], resolve }),
        route.post("/lenient", { guards: [supplyUser, requireQuota([quota], { allowRetries: true })], resolve }),
      ],
    });
    const post = async (path: string, headers: Record<string, string> = {}) => {
      const request = new Request(`http://localhost${path}`, { method: "POST", headers, body: unreadable() });
      return guarded.fetch(request, env, createExecutionContext());
    };
    const KEYED = { "Idempotency-Key": "a" };
    const statuses = async () => [
      (await post("/strict")).status,
      (await post("/strict", KEYED)).status,
      (await post("/lenient")).status,
      (await post("/lenient", KEYED)).status,
    ];
    expect(await statuses(), "unused").toEqual([200, 200, 200, 200]);
    await leaveRoom(user.id, quota, 1);
    expect(await statuses(), "room for one").toEqual([200, 200, 200, 200]);
    await leaveRoom(user.id, quota, 0);
    expect(await statuses(), "full").toEqual([422, 422, 422, 200]);
    expect(await (await post("/strict")).json()).toEqual(quotaProblem(quota));
    const rows = describePolicy(guarded.handlers).map(({ guards }) => guards[1]);
    const facts = { name: "requireQuota", phase: "input", denies: [422] };
    expect(rows).toEqual([
      { ...facts, detail: quota },
      { ...facts, detail: `${quota}; retries pass` },
    ]);
  });
});

test("the guard stands before the body on every route of the API, and every upload, that makes what is counted", () => {
  const guarded = describePolicy(app.handlers).flatMap(({ method, path, guards }) =>
    guards.flatMap(({ name, detail, phase }) => (name === "requireQuota" ? [[method, path, detail, phase]] : [])),
  );
  expect(guarded).toEqual([
    ["POST", "/api/notes", "notes; retries pass", "head"],
    ["POST", "/api/files", "files, fileBytes", "head"],
    ["PUT", "/api/files/:name", "files, fileBytes", "head"],
    ["POST", "/files", "files, fileBytes", "head"],
  ]);
});

const upload = async (ownerId: string, sizes: readonly number[]) => {
  const files = sizes.map((size) => ({ objectKey: crypto.randomUUID(), name: "f", type: "", size, sha256: "" }));
  for (const { objectKey } of files) await nameObject(env.DB, objectKey);
  return createFiles(env.DB, ownerId, files);
};

const rowsOf = async (userId: string) => {
  const counts = await env.DB.prepare(
    `SELECT (SELECT count(*) FROM notes WHERE owner_id = ?1) AS notes,
       (SELECT count(*) FROM files WHERE owner_id = ?1) AS files,
       (SELECT coalesce(sum(size), 0) FROM files WHERE owner_id = ?1) AS fileBytes`,
  )
    .bind(userId)
    .first<Record<"notes" | "files" | "fileBytes", number>>();
  if (!counts) throw new Error("No counts");
  return counts;
};

describe("an account with notes, deleted notes and files is deleted", () => {
  const fill = async () => {
    const { user } = await createAccount();
    for (const title of ["kept", "deleted"]) {
      const note = await createNote(env.DB, { ownerId: user.id, title, body: "" });
      if (note === "quota") throw new Error("The quota is full");
      if (title === "deleted") await deleteNote(env.DB, note.id);
    }
    await upload(user.id, [1, 2]);
    expect(await usageOf(user.id)).toEqual({ notes: 1, files: 2, fileBytes: 3 });
    return user.id;
  };

  /** What a cascade may delete first: its order is nobody's promise. */
  const TABLES = ["notes", "deleted_notes", "files", "quota_usage"];
  const ORDERS = TABLES.flatMap((first) => TABLES.filter((table) => table !== first).map((then) => [first, then]));

  test.each([[], ...ORDERS])("%s %s first, and nothing is left of it, nor counted", async (...tables) => {
    const id = await fill();
    for (const table of tables) {
      const owner = table === "quota_usage" ? "user_id" : "owner_id";
      await env.DB.prepare(`DELETE FROM ${table} WHERE ${owner} = ?`).bind(id).run();
    }
    if (tables[0] === "quota_usage") expect(await usageOf(id), "a count that is gone stays gone").toEqual({});
    expect(await deleteUser(env.DB, id)).toMatchObject({ id });
    expect([await rowsOf(id), await usageOf(id)]).toEqual([{ notes: 0, files: 0, fileBytes: 0 }, {}]);
  });
});

/** Something that a user does; `at` picks one of what there is. */
type Step =
  | { readonly kind: "create" | "delete" | "restore" | "again" | "deleteFile"; readonly at: number }
  | { readonly kind: "upload"; readonly sizes: readonly number[] }
  | { readonly kind: "deleteUser" };

const at = fc.nat(50);
const step: fc.Arbitrary<Step> = fc.oneof(
  ...(["create", "delete", "restore", "again", "deleteFile"] as const).map((kind) => ({
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant(kind), at }),
  })),
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("upload" as const),
      sizes: fc.array(fc.integer({ min: 0, max: 2 * GIB }), { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("deleteUser" as const) }) },
);

/** The quotas with as little room as this, beside what is really there. */
const ROOM = { notes: 2, files: 4 } as const;

test("after any sequence the counters equal what is there, and what was refused is exactly what did not fit", async () => {
  const pick = <T>(list: readonly T[], index: number): T | undefined => list[index % Math.max(list.length, 1)];

  const run = async (steps: readonly Step[]) => {
    const [{ user }, { user: bystander }] = [await createAccount(), await createAccount()];
    await createNote(env.DB, { ownerId: bystander.id, title: "t", body: "" });
    await leaveRoom(user.id, "notes", ROOM.notes);
    await leaveRoom(user.id, "files", ROOM.files);
    const [notes, trash, files]: [string[], string[], { id: string; size: number }[]] = [[], [], []];
    let isGone = false;

    const take = async (taken: Step): Promise<void> => {
      if (taken.kind === "deleteUser") {
        await deleteUser(env.DB, user.id);
        isGone = true;
      } else if (taken.kind === "upload") {
        const bytes = files.concat(taken.sizes.map((size) => ({ id: "", size }))).reduce((sum, f) => sum + f.size, 0);
        const fits = { files: files.length + taken.sizes.length <= ROOM.files, fileBytes: bytes <= QUOTAS.fileBytes };
        const made = await upload(user.id, taken.sizes);
        const expected = fits.files ? (fits.fileBytes ? "made" : "fileBytes") : "files";
        expect(typeof made === "string" ? made : "made").toBe(expected);
        if (typeof made !== "string") files.push(...made);
      } else if (taken.kind === "deleteFile") {
        const file = pick(files, taken.at);
        if (file) await deleteFile(env.DB, file.id);
        files.splice(0, files.length, ...files.filter((other) => other !== file));
      } else if (taken.kind === "create") {
        const note = await createNote(env.DB, { ownerId: user.id, title: "t", body: "" });
        expect(note === "quota").toBe(notes.length === ROOM.notes);
        if (note !== "quota") notes.push(note.id);
      } else if (taken.kind === "again") {
        const id = pick(notes, taken.at);
        if (id === undefined) return;
        const note = await createNote(env.DB, { ownerId: user.id, title: "again", body: "", id });
        expect(note, "the note that is there already").toMatchObject({ id, title: "t", version: 1 });
      } else if (taken.kind === "delete") {
        const id = pick(notes, taken.at);
        if (id === undefined) return;
        await deleteNote(env.DB, id);
        trash.push(...notes.splice(notes.indexOf(id), 1));
      } else {
        const id = pick([...trash, ...notes], taken.at);
        if (id === undefined) return;
        const restored = await restoreNote(env.DB, id);
        const fits = notes.includes(id) || notes.length < ROOM.notes;
        expect(typeof restored === "string" ? restored : restored.id).toBe(fits ? id : "quota");
        if (fits && trash.includes(id)) notes.push(...trash.splice(trash.indexOf(id), 1));
      }
    };

    for (const taken of steps) {
      await take(taken);
      const [rows, usage] = [await rowsOf(user.id), await usageOf(user.id)];
      if (isGone) {
        expect([rows, usage]).toEqual([{ notes: 0, files: 0, fileBytes: 0 }, {}]);
        break;
      }
      const fileBytes = files.reduce((sum, { size }) => sum + size, 0);
      expect(rows).toEqual({ notes: notes.length, files: files.length, fileBytes });
      expect({ fileBytes: 0, ...usage }).toEqual({
        notes: QUOTAS.notes - ROOM.notes + rows.notes,
        files: QUOTAS.files - ROOM.files + rows.files,
        fileBytes,
      });
    }
    expect(await usageOf(bystander.id)).toEqual({ notes: 1 });
  };

  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), run), { numRuns: 100 });
}, 120_000);

describe("at the same time", () => {
  test("20 notes with room for 5 make exactly 5", async () => {
    const { user } = await createAccount();
    await leaveRoom(user.id, "notes", 5);
    const make = () => createNote(env.DB, { ownerId: user.id, title: "t", body: "" });
    const made = await Promise.all(Array.from({ length: 20 }, make));
    expect(made.filter((note) => note !== "quota")).toHaveLength(5);
    expect([(await rowsOf(user.id)).notes, await usageOf(user.id)]).toEqual([5, { notes: QUOTAS.notes }]);
  });

  test.each([
    ["files", 5],
    ["fileBytes", 5 * 7 + 6],
  ] as const)("20 uploads with room for 5 in %s make exactly 5", async (quota, room) => {
    const { user } = await createAccount();
    await leaveRoom(user.id, quota, room);
    const made = await Promise.all(Array.from({ length: 20 }, () => upload(user.id, [7])));
    expect(made.filter((files) => typeof files !== "string")).toHaveLength(5);
    expect(made.filter((files) => files === quota)).toHaveLength(15);
    expect(await rowsOf(user.id)).toMatchObject({ files: 5, fileBytes: 35 });
  });
});
