/** An upload that is sent again: with the same key it is stored once, whatever happened to the first attempt. */
import { env } from "cloudflare:test";
import { Buffer } from "node:buffer";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { FILE_BYTES_QUOTA, FILES_QUOTA } from "../../../src/features/files/quotas.ts";
import type { File } from "../../../src/features/files/schema.ts";
import { type Account, type Browser, createAccount, openBrowser, send, unreadable } from "../../harness.ts";
import { leaveRoom, usageOf } from "../../limits/quota-usage.ts";
import {
  bytesOf,
  emptyStorage,
  expectInOrder,
  expectNothingStored,
  FORM_TYPE,
  filePart,
  formOf,
  MIB,
  part,
  postForm,
  putFile,
  stored,
  storeFile,
  streamOf,
  sweep,
} from "./files.ts";

// Large bodies: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

let me: Account;
let browser: Browser;
let key: string;
beforeEach(async () => {
  await emptyStorage();
  await env.DB.prepare("DELETE FROM deleted_uploads").run();
  me = await createAccount();
  browser = await openBrowser(me);
  key = crypto.randomUUID();
});

type Content = readonly (readonly [name: string, bytes: string | Uint8Array<ArrayBuffer>])[];

const TEA: Content = [["tea.txt", "tea"]];
const keyed = (given = key) => ({ "Idempotency-Key": given });
const partsOf = (content: Content) => content.map(([name, bytes]) => filePart(name, bytes));

async function submit(content: Content, submission = key): Promise<Response> {
  const fields = { csrf: browser.csrf, submission };
  const hidden = Object.entries(fields).map(([name, value]) =>
    part(`Content-Disposition: form-data; name="${name}"`, value),
  );
  const headers = { ...browser.headers, ...FORM_TYPE };
  return send("/files", { method: "POST", headers, body: formOf(...hidden, ...partsOf(content)) });
}

interface Way {
  readonly upload: (content: Content) => Promise<Response>;
  readonly status: number;
  /** With a key that was used for other files. */
  readonly otherStatus: number;
}

/** Every way to upload with a key. */
const WAYS: Readonly<Record<string, Way>> = {
  "PUT /api/files/:name": {
    upload: ([[name, bytes] = ["", ""]]) => putFile(me, name, bytes, keyed()),
    status: 201,
    otherStatus: 422,
  },
  "POST /api/files": {
    upload: (content) => postForm(me, formOf(...partsOf(content)), keyed()),
    status: 201,
    otherStatus: 422,
  },
  "POST /files": { upload: (content) => submit(content), status: 303, otherStatus: 303 },
};

async function filesNow(): Promise<File[]> {
  const response = await send("/api/files?limit=100", { headers: me.headers });
  return (await response.json<{ items: File[] }>()).items;
}

const remove = ({ id }: File) => send(`/api/files/${id}`, { method: "DELETE", headers: me.headers });
const pageNow = async () => (await send("/files", { headers: browser.headers })).text();

describe.each(Object.entries(WAYS))("%s", (label, { upload, status, otherStatus }) => {
  const isApi = label.includes("/api/");

  test.each([
    ["a small file", TEA],
    ["an empty file", [["empty", ""]] satisfies Content],
    ["a file of several parts", [["large", bytesOf(11 * MIB)]] satisfies Content],
  ])("responds to a repetition of %s as it did the first time, and stores nothing", async (_, content) => {
    const first = await upload(content);
    const [before, usage] = [await stored(), await usageOf(me.user.id)];
    const again = await upload(content);
    expect([first.status, again.status]).toEqual([status, status]);
    expect(await again.text()).toBe(await first.text());
    expect(again.headers.get("Location")).toBe(first.headers.get("Location"));
    const replayed = [first, again].map(({ headers }) => headers.get("Idempotency-Replayed"));
    expect(replayed).toEqual([null, isApi ? "true" : null]);
    expect([await stored(), await usageOf(me.user.id)]).toEqual([before, usage]);
    await expectInOrder(1);
  });

  test("stores one of two simultaneous uploads, and responds to both with it", async () => {
    const responses = await Promise.all([upload(TEA), upload(TEA)]);
    expect(responses.map((response) => response.status)).toEqual([status, status]);
    const [one, other] = await Promise.all(responses.map((response) => response.text()));
    expect(one).toBe(other);
    await expectInOrder(1);
    expect(await usageOf(me.user.id)).toEqual({ files: 1, fileBytes: 3 });
  });

  test.each([FILES_QUOTA, FILE_BYTES_QUOTA])("accepts a repetition when the quota $name is used up", async (quota) => {
    expect((await upload(TEA)).status).toBe(status);
    await leaveRoom(me.user.id, quota, 0);
    expect((await upload(TEA)).status).toBe(status);
    await expectInOrder(1);
    key = crypto.randomUUID();
    expect((await upload(TEA)).status).toBe(422);
    await expectInOrder(1);
  });

  test("does not bring a deleted file back for a day, and says so", async () => {
    await upload(TEA);
    for (const file of await filesNow()) await remove(file);
    const again = await upload(TEA);
    expect(again.status).toBe(410);
    expect(await again.text()).toContain("This upload was stored before, and has been deleted since.");
    await expectNothingStored();
    await sweep(23);
    expect((await upload(TEA)).status).toBe(410);
    await sweep(25);
    expect((await upload(TEA)).status).toBe(status);
    await expectInOrder(1);
  });

  const OTHERS: readonly (readonly [string, Content])[] = [
    ["another name", [["milk.txt", "tea"]]],
    ["other bytes of the same length", [["tea.txt", "tee"]]],
    ["more bytes", [["tea.txt", "teas"]]],
  ];
  test.each(OTHERS)(`responds with ${otherStatus} to the same key with %s`, async (_, other) => {
    await upload(TEA);
    const [before] = await filesNow();
    expect((await upload(other)).status).toBe(otherStatus);
    await expectInOrder(isApi ? 1 : 2);
    expect(await filesNow()).toContainEqual(before);
    // After a deletion, too.
    if (before) await remove(before);
    expect((await upload(other)).status).toBe(otherStatus);
    await expectInOrder(isApi ? 0 : 1);
  });

  test("stores the file of another user with the same key", async () => {
    await upload(TEA);
    [me, browser] = await createAccount().then(async (account) => [account, await openBrowser(account)] as const);
    expect((await upload(TEA)).headers.get("Idempotency-Replayed")).toBeNull();
    expect(await filesNow()).toHaveLength(1);
    await expectInOrder(2);
  });

  test("stores a file that the first attempt did not store", async () => {
    const isFailing = { FILES: { put: () => Promise.reject(new Error("The bucket is away")) } as unknown as R2Bucket };
    if (isApi) expect((await putFile(me, "tea.txt", "tea", keyed(), isFailing)).status).toBe(500);
    if (isApi)
      expect((await putFile(me, "tea.txt", streamOf(Buffer.from("te"), new Error("Gone")), keyed())).status).toBe(400);
    expect((await upload(TEA)).status).toBe(status);
    expect(await filesNow()).toHaveLength(1);
  });
});

describe("several files of one request", () => {
  const MEAL: Content = [
    ["soup", "soup"],
    ["same", "same"],
    ["same", "same"],
  ];
  test.each(["POST /api/files", "POST /files"])("by %s are one upload", async (label) => {
    const { upload, otherStatus } = WAYS[label] ?? expect.fail();
    await upload(MEAL);
    await upload(MEAL);
    await expectInOrder(3);
    const part = await upload(MEAL.slice(0, 2));
    expect(part.status).toBe(otherStatus);
    if (otherStatus === 422) await expectInOrder(3);
    const [last] = await filesNow();
    if (last) await remove(last);
    const before = (await filesNow()).length;
    expect((await upload(MEAL.slice(0, label === "POST /files" ? 2 : 3))).status).toBe(410);
    expect(await filesNow()).toHaveLength(before);
  });

  test("are listed in a repetition as they were the first time", async () => {
    const first = await postForm(me, formOf(...partsOf(MEAL)), keyed());
    const again = await postForm(me, formOf(...partsOf(MEAL)), keyed());
    expect(await again.json()).toEqual(await first.json());
  });
});

test("without a key, the same file is stored as often as it is sent", async () => {
  const one = await storeFile(me, "tea.txt", "tea");
  const other = await storeFile(me, "tea.txt", "tea");
  expect(other.id).not.toBe(one.id);
  await expectInOrder(2);
  await remove(one);
  expect(await env.DB.prepare("SELECT count(*) AS n FROM deleted_uploads").first("n")).toBe(0);
});

test.each([
  ["quotes are not part of it", "a-key", '"a-key"'],
  ["a UUID is the same in either case", "0198C0DE-0000-4000-8000-00000000ABCD", "0198c0de-0000-4000-8000-00000000abcd"],
])("an Idempotency-Key: %s", async (_, one, other) => {
  await putFile(me, "tea.txt", "tea", keyed(one));
  await putFile(me, "tea.txt", "tea", keyed(other));
  await expectInOrder(1);
});

test.each(["", "a b", "x".repeat(256)])("the Idempotency-Key %j is 400 before the body is read", async (given) => {
  for (const request of [
    putFile,
    (...[account, , body, headers]: Parameters<typeof putFile>) => postForm(account, body, headers),
  ]) {
    const response = await request(me, "f", unreadable(), keyed(given));
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining("Idempotency-Key must have"),
    ]);
  }
});

const SUBMISSIONS = ["", "x", "../f", `${"0".repeat(2000)}`];
test.each(SUBMISSIONS)("a form with the submission %j stores nothing", async (submission) => {
  const response = await submit(TEA, submission);
  expect(response.status).toBe(submission.length > 1024 ? 413 : 400);
  expect(response.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
  await expectNothingStored();
});

test("a form without a submission, or with one behind the file, stores nothing", async () => {
  const csrf = part('Content-Disposition: form-data; name="csrf"', browser.csrf);
  const late = part('Content-Disposition: form-data; name="submission"', key);
  const headers = { ...browser.headers, ...FORM_TYPE };
  for (const form of [formOf(csrf), formOf(csrf, filePart("f")), formOf(csrf, filePart("f"), late)])
    expect((await send("/files", { method: "POST", headers, body: form })).status).toBe(400);
  await expectNothingStored();
});

test("the page makes a new submission for each form, also after a refusal", async () => {
  const submissionOf = (html: string) => /name="submission" value="([0-9a-f-]{36})"/.exec(html)?.[1];
  const given = [await pageNow(), await pageNow(), await (await submit([["", ""]])).text()].map(submissionOf);
  expect(new Set([...given, undefined]).size).toBe(4);
});
