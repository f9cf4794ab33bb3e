import { env } from "cloudflare:test";
import { Buffer } from "node:buffer";
import { beforeEach, describe, expect, test, vi } from "vitest";
import type { File as FileFacts } from "../../../src/features/files/schema.ts";
import { deleteUser } from "../../../src/identity/users/users.ts";
import { type Account, createAccount, createKey, facts, openBrowser, send, unreadable } from "../../harness.ts";
import {
  bytesOf,
  emptyStorage,
  expectInOrder,
  expectNothingStored,
  filePart,
  formOf,
  KIB,
  MIB,
  part,
  postForm,
  putFile,
  sha256,
  stored,
  storeFile,
  streamOf,
  sweep,
  textPart,
  UUID,
} from "./files.ts";

// Large bodies: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

let me: Account;
beforeEach(async () => {
  await emptyStorage();
  me = await createAccount();
});

const get = (path: string, { headers } = me, method = "GET") => send(path, { method, headers });
const list = async (query = "") =>
  (await get(`/api/files?${query}`)).json<{ items: FileFacts[]; nextCursor: string | null }>();
const filesOf = async (response: Response) => (await response.json<{ files: FileFacts[] }>()).files;
const names = (files: readonly FileFacts[]) => files.map(({ name }) => name);

/** That it is described rightly, and comes back as it went. */
async function expectFile(file: FileFacts | undefined, name: string, type: string, bytes: Uint8Array<ArrayBuffer>) {
  expect(file).toEqual({
    id: expect.stringMatching(UUID),
    name,
    type,
    size: bytes.byteLength,
    sha256: await sha256(bytes),
    createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    url: `/files/${file?.id}`,
  });
  const download = await get(file?.url ?? "");
  expect([download.status, Buffer.from(await download.arrayBuffer()).equals(bytes)]).toEqual([200, true]);
  expect(await (await get(`/api/files/${file?.id}`)).json()).toEqual(file);
}

const SIZES = [0, 1, 64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 5 * MIB - 1, 5 * MIB, 5 * MIB + 1, 10 * MIB, 25 * MIB];
const UNKNOWN = "application/octet-stream";

describe("PUT /api/files/:name", () => {
  test.each(SIZES)("takes %i bytes and gives them back, with their SHA-256 and their Location", async (size) => {
    const bytes = bytesOf(size);
    const response = await putFile(me, "a file.bin", bytes);
    const file = await response.json<FileFacts>();
    expect([response.status, response.headers.get("Location")]).toEqual([201, `/api/files/${file.id}`]);
    await expectFile(file, "a file.bin", UNKNOWN, bytes);
    await expectInOrder(1);
  });

  test.each([1, 1000, 5 * MIB - 1, 6 * MIB])("takes a stream that comes %i bytes at a time", async (chunkBytes) => {
    const bytes = bytesOf(chunkBytes === 1 ? 3000 : 11 * MIB + 7);
    const file = await storeFile(me, "streamed", streamOf(bytes, undefined, chunkBytes));
    await expectFile(file, "streamed", UNKNOWN, bytes);
  });

  test("takes a request without a body for an empty file", async () => {
    const response = await send("/api/files/empty", { method: "PUT", headers: me.headers });
    await expectFile(await response.json<FileFacts>(), "empty", UNKNOWN, bytesOf(0));
  });

  const NAMES = [
    "übung №1.txt",
    "茶🍵.txt",
    "100%.txt",
    '"quoted"',
    "a%2Fb",
    "a;b='c'",
    "...",
    "n".repeat(255),
    "?#&+",
  ];
  test.each(NAMES)("keeps the name %j", async (name) => {
    expect((await storeFile(me, name, "x")).name).toBe(name);
    expect(names((await list()).items)).toEqual([name]);
  });

  test("drops the spaces around a name", async () => {
    expect((await storeFile(me, "  a b\u00a0", "x")).name).toBe("a b");
  });

  test("stores the same name and bytes twice, as two files with an object each", async () => {
    const [one, other] = [await storeFile(me, "same", "same"), await storeFile(me, "same", "same")];
    expect(one.id).not.toBe(other.id);
    await expectInOrder(2);
    for (const key of Object.keys((await stored()).objects)) expect(key).not.toMatch(/same/);
  });
});

describe("POST /api/files", () => {
  test("takes several files of a form, in their order", async () => {
    const bodies = SIZES.slice(0, 8).map((size, i) => bytesOf(size, i));
    const response = await postForm(me, formOf(...bodies.map((bytes, i) => filePart(`file ${i}`, bytes))));
    const body = await response.json<{ files: FileFacts[] }>();
    expect([response.status, Object.keys(body), body.files.length]).toEqual([201, ["files"], bodies.length]);
    for (const [i, bytes] of bodies.entries()) await expectFile(body.files[i], `file ${i}`, UNKNOWN, bytes);
    await expectInOrder(bodies.length);
  });

  test("accepts the runtime's encoding of FormData", async () => {
    const form = new FormData();
    form.append("text", "passed over");
    form.append("files", new File([bytesOf(3 * MIB)], "größe №1.bin"));
    form.append("other", new File(["a,b\r\n1,2\r\n"], 'a "b".csv', { type: "text/csv" }));
    const files = await filesOf(await send("/api/files", { method: "POST", headers: me.headers, body: form }));
    await expectFile(files[0], "größe №1.bin", UNKNOWN, bytesOf(3 * MIB));
    await expectFile(files[1], 'a "b".csv', "text/csv", new Uint8Array(Buffer.from("a,b\r\n1,2\r\n")));
    await expectInOrder(2);
  });

  test("ignores text fields and empty file inputs", async () => {
    const unchosen = filePart("", "", "application/octet-stream");
    const parts = [
      textPart(bytesOf(6 * MIB)),
      unchosen,
      filePart("one", "1"),
      textPart(),
      filePart("two", "2"),
      unchosen,
    ];
    expect(names(await filesOf(await postForm(me, formOf(...parts))))).toEqual(["one", "two"]);
    await expectInOrder(2);
  });

  const FILE_NAMES: readonly (readonly [parameter: string, name: string])[] = [
    ['filename="a%22b.txt"', 'a"b.txt'],
    ['filename="100%.txt"', "100%.txt"],
    ['filename="茶🍵.txt"', "茶🍵.txt"],
    ["filename=plain.txt", "plain.txt"],
    ["filename=\"x\"; filename*=UTF-8''%C3%BCber.txt", "über.txt"],
  ];
  test.each(FILE_NAMES)("reads %s as the name %s", async (parameter, name) => {
    const form = formOf(part(`content-disposition:form-data;name=f;${parameter}`, "x"));
    expect(names(await filesOf(await postForm(me, form)))).toEqual([name]);
  });

  test("gives bytes back that look like the form around them", async () => {
    const bytes = Buffer.from("\r\n--a-boundary-of-test\r\n\r\n--\r\n--a-boundary-of-testS--\r\n-");
    const files = await filesOf(await postForm(me, streamOfOnes(formOf(filePart("f", bytes)))));
    await expectFile(files[0], "f", UNKNOWN, new Uint8Array(bytes));
  });
});

const streamOfOnes = (bytes: Uint8Array) => streamOf(bytes, undefined, 1);

describe("GET /api/files", () => {
  test("lists the newest first, page by page, each file once", async () => {
    for (const name of ["1", "2"]) await storeFile(me, name, name);
    await postForm(me, formOf(filePart("3", "3"), filePart("4", "4"), filePart("5", "5")));
    const first = await list("limit=2");
    const second = await list(`limit=2&cursor=${first.nextCursor}`);
    const third = await list(`limit=2&cursor=${second.nextCursor}`);
    expect([first, second, third].map(({ items }) => names(items))).toEqual([["5", "4"], ["3", "2"], ["1"]]);
    expect(third.nextCursor).toBeNull();
    expect((await list("limit=5")).nextCursor).toBeNull();
    expect((await get("/api/files?limit=101")).status).toBe(400);
  });

  test("describes a file as its upload did, and only to its owner", async () => {
    const file = await storeFile(me, "mine", "x");
    expect(await list()).toEqual({ items: [file], nextCursor: null, previousCursor: null });
    expect(await (await get("/api/files", await createAccount())).json()).toEqual({
      items: [],
      nextCursor: null,
      previousCursor: null,
    });
  });
});

describe("DELETE /api/files/:id", () => {
  test("removes the file and its object, and no other", async () => {
    const [kept, file] = [await storeFile(me, "kept", "kept"), await storeFile(me, "gone", "gone")];
    const response = await get(`/api/files/${file.id}`, me, "DELETE");
    expect([response.status, await response.text()]).toEqual([204, ""]);
    for (const path of [file.url, `/api/files/${file.id}`]) expect((await get(path)).status).toBe(404);
    expect((await get(`/api/files/${file.id}`, me, "DELETE")).status).toBe(404);
    expect((await list()).items).toEqual([kept]);
    await expectInOrder(1);
  });

  test("takes the id in capitals, like the routes that read the file", async () => {
    const file = await storeFile(me, "f", "x");
    const capitals = file.id.toUpperCase();
    expect(await (await get(`/api/files/${capitals}`)).json()).toEqual(file);
    expect(await (await get(`/files/${capitals}`)).text()).toBe("x");
    expect((await get(`/api/files/${capitals}`, me, "DELETE")).status).toBe(204);
    await expectNothingStored();
  });

  test("twice at once leaves nothing", async () => {
    const { id } = await storeFile(me, "f", "x");
    await Promise.all([1, 2, 3].map(() => get(`/api/files/${id}`, me, "DELETE")));
    await expectNothingStored();
  });
});

describe("a user who is not the owner", () => {
  const METHODS = ["GET", "HEAD", "DELETE"];
  test.each(METHODS)("gets 404 for %s, as for an unknown id", async (method) => {
    const { id } = await storeFile(me, "f", "x");
    const others = [await createAccount(), await createAccount({ role: "admin" })];
    for (const unknown of [id, "none", crypto.randomUUID()]) {
      for (const other of others) expect((await get(`/api/files/${unknown}`, other, method)).status).toBe(404);
    }
    await expectInOrder(1);
  });

  test("gets 401 as a stranger, before a byte of a body is read", async () => {
    const { id, url } = await storeFile(me, "f", "x");
    const stranger = { headers: { Authorization: "Bearer none" }, user: me.user, refreshToken: "" };
    for (const path of ["/api/files", `/api/files/${id}`, url]) expect((await get(path, stranger)).status).toBe(401);
    expect((await get(`/api/files/${id}`, stranger, "DELETE")).status).toBe(401);
    expect((await putFile(stranger, "f", unreadable())).status).toBe(401);
    expect((await postForm(stranger, unreadable())).status).toBe(401);
    await expectInOrder(1);
  });

  test("gets 403 as an API key", async () => {
    const { id, url } = await storeFile(me, "f", "x");
    const { key } = await createKey(me, facts.permissions);
    const headers = { "X-API-Key": key };
    for (const path of ["/api/files", `/api/files/${id}`, url])
      expect((await send(path, { headers })).status).toBe(403);
    expect((await send(`/api/files/${id}`, { method: "DELETE", headers })).status).toBe(403);
    expect((await send("/api/files/f", { method: "PUT", headers, body: unreadable() })).status).toBe(403);
    await expectInOrder(1);
  });

  test("gets 403 as a page of another site that uses the session", async () => {
    const { Cookie } = (await openBrowser(me)).headers;
    const init = { method: "PUT", headers: { Cookie, "Sec-Fetch-Site": "cross-site" }, body: unreadable() };
    expect((await send("/api/files/f", init)).status).toBe(403);
    const own = { method: "PUT", headers: { Cookie, "Sec-Fetch-Site": "same-origin" }, body: "x" };
    expect((await send("/api/files/f", own)).status).toBe(201);
  });
});

test("the files of a deleted account are unreachable at once, and the sweep erases them with their objects", async () => {
  const other = await createAccount();
  await storeFile(other, "kept", "kept");
  const { url } = await storeFile(me, "one", "one");
  await storeFile(me, "two", "two");
  expect(await deleteUser(env.DB, me.user.id)).toMatchObject({ id: me.user.id });
  const statuses = [me, other].map(async ({ headers }) => (await send(url, { headers })).status);
  expect(await Promise.all(statuses)).toEqual([401, 404]);
  await sweep();
  await expectInOrder(1);
});

test("an upload of an account that is deleted meanwhile leaves nothing", async () => {
  const bytes = bytesOf(64 * KIB);
  const dying = new ReadableStream({
    async pull(controller) {
      await env.DB.prepare("DELETE FROM users WHERE id = ?").bind(me.user.id).run();
      controller.enqueue(bytes);
      controller.close();
    },
  });
  expect((await putFile(me, "f", dying)).status).toBeGreaterThanOrEqual(400);
  await expectNothingStored();
});
