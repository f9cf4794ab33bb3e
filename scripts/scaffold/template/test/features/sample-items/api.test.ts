/** The JSON API of sample items. */
import { beforeEach, describe, expect, test } from "vitest";
import { type Account, createAccount, createKey, openBrowser, send, sendJson } from "../../harness.ts";

interface SampleItem {
  readonly id: string;
  readonly title: string;
}

/** Two new users for each test. */
let owner: Account;
let other: Account;
beforeEach(async () => {
  [owner, other] = [await createAccount(), await createAccount()];
});

type Headers = Record<string, string>;

const create = (body: unknown, headers: Headers = owner.headers) =>
  sendJson("POST", "/api/sample-items", body, headers);
const read = (id: string, headers: Headers = owner.headers) => send(`/api/sample-items/${id}`, { headers });
const remove = (id: string, headers: Headers = owner.headers) =>
  send(`/api/sample-items/${id}`, { method: "DELETE", headers });
const list = (query = "", headers: Headers = owner.headers) => send(`/api/sample-items${query}`, { headers });

async function createWith(title: string): Promise<SampleItem> {
  return (await create({ title })).json<SampleItem>();
}

describe("POST /api/sample-items", () => {
  test("returns the created sample item with 201 and its Location", async () => {
    const response = await create({ title: "  First " });
    const created = await response.json<SampleItem>();
    expect(response.status).toBe(201);
    expect(created).toEqual({ id: created.id, title: "First", createdAt: expect.stringMatching(/^\d{4}-.*Z$/) });
    expect(response.headers.get("Location")).toBe(`/api/sample-items/${created.id}`);
    expect(await (await read(created.id)).json()).toEqual(created);
  });

  const refused: Record<string, [body: unknown, status: number]> = {
    "an empty title": [{ title: " " }, 400],
    "a title of 201 characters": [{ title: "t".repeat(201) }, 400],
    "no title": [{}, 400],
    "an unknown field": [{ title: "t", tilte: "t" }, 400],
    "a body that is not JSON": ["{title}", 400],
    "a body over the limit": [{ title: "t".repeat(10_000) }, 413],
  };
  test.each(Object.entries(refused))("refuses %s", async (_, [body, status]) => {
    expect((await create(body)).status).toBe(status);
    expect(await (await list()).json()).toEqual({ items: [], nextCursor: null, previousCursor: null });
  });
});

describe("GET /api/sample-items", () => {
  test("pages through all sample items, newest first", async () => {
    for (const title of ["1", "2", "3"]) await createWith(title);
    const first = await (await list("?limit=2")).json<{ items: SampleItem[]; nextCursor: string }>();
    const second = await (await list(`?limit=2&cursor=${first.nextCursor}`)).json<typeof first>();
    expect([...first.items, ...second.items].map(({ title }) => title)).toEqual(["3", "2", "1"]);
    expect(second.nextCursor).toBeNull();
  });

  test.each(["?limit=0", "?limit=101", "?cursor=x"])("refuses %s with 400", async (query) => {
    expect((await list(query)).status).toBe(400);
  });
});

test("DELETE /api/sample-items/:id returns 204, then 404", async () => {
  const { id } = await createWith("First");
  expect([(await remove(id)).status, (await remove(id)).status]).toEqual([204, 404]);
});

describe("another user's sample item", () => {
  test("is hidden with 404 and from lists, and cannot be deleted", async () => {
    const { id } = await createWith("Private");
    expect([(await read(id, other.headers)).status, (await remove(id, other.headers)).status]).toEqual([404, 404]);
    expect(await (await list("", other.headers)).json()).toEqual({ items: [], nextCursor: null, previousCursor: null });
    expect((await read(id)).status).toBe(200);
  });
});

describe("a client", () => {
  test("that is not signed in gets 401", async () => {
    const { id } = await createWith("Private");
    const responses = [await list("", {}), await create({ title: "t" }, {}), await read(id, {}), await remove(id, {})];
    expect(responses.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
  });

  test("with an API key needs the permission", async () => {
    const reader = { "X-API-Key": (await createKey(owner, ["sample-items:read"])).key };
    const writer = { "X-API-Key": (await createKey(owner, ["sample-items:write"])).key };
    expect([(await list("", reader)).status, (await create({ title: "t" }, reader)).status]).toEqual([200, 403]);
    expect([(await list("", writer)).status, (await create({ title: "t" }, writer)).status]).toEqual([403, 201]);
  });

  test("cannot write from a page of another site", async () => {
    const { Cookie } = (await openBrowser(owner)).headers;
    const headers = { Cookie, "Sec-Fetch-Site": "cross-site" };
    const { id } = await createWith("Kept");
    expect([(await create({ title: "t" }, headers)).status, (await remove(id, headers)).status]).toEqual([403, 403]);
    expect((await read(id)).status).toBe(200);
  });
});
