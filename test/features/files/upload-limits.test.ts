/** Concurrent uploads: some get a slot, others are refused before a byte is read, and every ending frees the slot. */
import { env } from "cloudflare:test";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { type Account, type Browser, createAccount, openBrowser, send, unreadable } from "../../harness.ts";
import { type Body, bytesOf, emptyStorage, FORM_TYPE, filePart, formOf, MIB, part, streamOf } from "./files.ts";

interface Uploader {
  readonly account: Account;
  readonly browser: Browser;
}

async function createUploader(): Promise<Uploader> {
  const account = await createAccount();
  return { account, browser: await openBrowser(account) };
}

const csrfPart = (token: string) => part('Content-Disposition: form-data; name="csrf"', token);
const submissionPart = () => part('Content-Disposition: form-data; name="submission"', crypto.randomUUID());
const form = (browser: Browser, file: string | Uint8Array = "content", token = browser.csrf) =>
  formOf(csrfPart(token), submissionPart(), filePart("file.txt", file));

/** The routes that receive files, each with a function that sends it one. */
const ROUTES = {
  "PUT /api/files/:name": ({ account }: Uploader, body: Body = "content", bindings: Partial<Env> = {}) =>
    send("/api/files/file.txt", { method: "PUT", headers: account.headers, body }, bindings),
  "POST /api/files": ({ account, browser }: Uploader, body: Body = form(browser), bindings: Partial<Env> = {}) =>
    send("/api/files", { method: "POST", headers: { ...account.headers, ...FORM_TYPE }, body }, bindings),
  "POST /files": ({ browser }: Uploader, body: Body = form(browser), bindings: Partial<Env> = {}) =>
    send("/files", { method: "POST", headers: { ...browser.headers, ...FORM_TYPE }, body }, bindings),
};
const routes = Object.entries(ROUTES);

/** Starts an upload. @returns A function that ends it and gives the status. */
async function startUpload(uploader: Uploader): Promise<() => Promise<number>> {
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  let isRead = false;
  const pull = async (controller: ReadableStreamDefaultController<Uint8Array>) => {
    if (isRead) {
      await ended;
      controller.close();
    } else controller.enqueue(bytesOf(10));
    isRead = true;
  };
  const response = ROUTES["PUT /api/files/:name"](uploader, new ReadableStream({ pull }, { highWaterMark: 0 }));
  await vi.waitUntil(() => isRead);
  return async () => {
    end();
    return (await response).status;
  };
}

async function startUploads(uploader: Uploader, count: number): Promise<() => Promise<number[]>> {
  const ends: (() => Promise<number>)[] = [];
  for (let n = 0; n < count; n++) ends.push(await startUpload(uploader));
  return () => Promise.all(ends.map((end) => end()));
}

vi.setConfig({ testTimeout: 60_000 });
beforeEach(emptyStorage);
afterEach(() => void vi.restoreAllMocks());

describe("a third upload of a user", () => {
  test.each(routes)("%s is refused before its body is read, until one has ended", async (_, upload) => {
    const uploader = await createUploader();
    const end = await startUploads(uploader, 2);
    const refused = await upload(uploader, unreadable());
    expect([refused.status, refused.headers.get("Retry-After")]).toEqual([503, "5"]);
    expect(await refused.text()).toContain("You already have 2 uploads in progress. Wait until one has finished");
    expect((await upload(await createUploader())).status).toBeLessThan(400);
    expect(await end()).toEqual([201, 201]);
    expect((await upload(uploader)).status).toBeLessThan(400);
  });
});

test("a ninth upload is refused, whoever sends it, until one has ended", async () => {
  const ends = await Promise.all([1, 2, 3, 4].map(async () => startUploads(await createUploader(), 2)));
  const another = await createUploader();
  for (const [, upload] of routes) {
    const refused = await upload(another, unreadable());
    expect([refused.status, refused.headers.get("Retry-After")]).toEqual([503, "5"]);
    expect(await refused.text()).toContain("The service is receiving too many uploads.");
  }
  await ends[0]?.();
  for (const [, upload] of routes) expect((await upload(another)).status).toBeLessThan(400);
  await Promise.all(ends.map((end) => end()));
});

test("downloads, lists and deletions need no slot", async () => {
  const uploader = await createUploader();
  const response = await ROUTES["PUT /api/files/:name"](uploader);
  const { id, url } = await response.json<{ id: string; url: string }>();
  const end = await startUploads(uploader, 2);
  const { headers } = uploader.account;
  for (const path of ["/api/files", `/api/files/${id}`, url]) expect((await send(path, { headers })).status).toBe(200);
  expect((await send(`/api/files/${id}`, { method: "DELETE", headers })).status).toBe(204);
  await end();
});

const aborted = () => streamOf(bytesOf(100), new Error("The client disconnected"));
const failing = (binding: "DB" | "FILES"): Partial<Env> => {
  const fail = () => Promise.reject(new Error("The disk is full"));
  const FILES = new Proxy(env.FILES, { get: (target, name) => (name === "put" ? fail : Reflect.get(target, name)) });
  const withSession = (mode?: string) => {
    const session = env.DB.withSession(mode);
    const prepare = (sql: string) => session.prepare(sql.includes("pending_objects") ? "SELECT broken" : sql);
    return { prepare, batch: session.batch.bind(session), getBookmark: () => session.getBookmark() };
  };
  return binding === "DB" ? { DB: { withSession } as unknown as D1Database } : { FILES };
};

/** Ways for an upload to end, with the status of each route: PUT, the form of the API, and the form of the page. */
const ENDINGS: Record<string, { bodies: (uploader: Uploader) => Body[]; bindings?: Partial<Env>; statuses: number[] }> =
  {
    success: { bodies: ({ browser }) => ["content", form(browser), form(browser)], statuses: [201, 201, 303] },
    "a client that disconnects": { bodies: () => [aborted(), aborted(), aborted()], statuses: [400, 400, 400] },
    "a form that is malformed": { bodies: () => ["", "--", "--"], statuses: [201, 400, 400] },
    "a token that is wrong": {
      bodies: ({ browser }) => ["", form(browser, "", "wrong"), form(browser, "", "wrong")],
      statuses: [201, 201, 403],
    },
    "a file that is too large": {
      bodies: ({ browser }) => {
        const inOneChunk = (bytes: Uint8Array) => streamOf(bytes, undefined, bytes.byteLength);
        const large = () => inOneChunk(form(browser, new Uint8Array(25 * MIB + 1)));
        return [inOneChunk(new Uint8Array(25 * MIB + 1)), large(), large()];
      },
      statuses: [413, 413, 413],
    },
    "a database that fails": {
      bodies: ({ browser }) => ["content", form(browser), form(browser)],
      bindings: failing("DB"),
      statuses: [500, 500, 500],
    },
    "a bucket that fails": {
      bodies: ({ browser }) => ["content", form(browser), form(browser)],
      bindings: failing("FILES"),
      statuses: [500, 500, 500],
    },
  };
const endings = Object.entries(ENDINGS).flatMap(([name, ending]) =>
  routes.map(([label, upload], index) => ({ name, label, upload, index, ...ending })),
);

test.each(endings)("the slot is free again after $name at $label", async ({ upload, index, ...ending }) => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const uploader = await createUploader();
  for (let n = 0; n < 3; n++) {
    const response = await upload(uploader, ending.bodies(uploader)[index], ending.bindings);
    expect(response.status).toBe(ending.statuses[index]);
  }
});

test.each([
  ["an invalid name", "/api/files/a%00b", {}, 400],
  ["a quota that is used up", "/api/files/file", {}, 422],
])("the slot is free again after %s", async (name, path, extra, status) => {
  const { account } = await createUploader();
  if (status === 422)
    await env.DB.prepare("INSERT INTO quota_usage (user_id, quota, used) VALUES (?, 'files', 10000)")
      .bind(account.user.id)
      .run();
  const headers = { ...account.headers, ...extra };
  for (let n = 0; n < 3; n++) {
    const response = await send(path, { method: "PUT", headers, body: "content" });
    expect([name, response.status]).toEqual([name, status]);
  }
});
