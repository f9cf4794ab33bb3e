/** The list of users keeps its order, and its search index stays exact. */
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import { listUsers } from "../../../src/identity/users/user-list.ts";
import { createUser, deleteUser, renameUser } from "../../../src/identity/users/users.ts";
import { numberedPageQuery } from "../../../src/web/request/paging.ts";
import { SHORT_SEARCH_ROWS } from "../../../src/web/request/search.ts";

async function add(email: string, name: string) {
  const user = await createUser(env.DB, { email, name, passwordHash: "h" });
  if (!user) throw new Error("The address is taken");
  return user;
}

async function find(q: string, limit = 100): Promise<string[]> {
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const query = numberedPageQuery.parse({ limit: String(limit), ...(cursor && { cursor }) });
    const { items, nextCursor } = await listUsers(env.DB, { ...query, q });
    names.push(...items.map(({ name }) => name));
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
  return names;
}

/** @throws If the index does not contain exactly the texts of the users. */
const checkIndex = () =>
  env.DB.prepare("INSERT INTO users_search (users_search, rank) VALUES ('integrity-check', 1)").run();

beforeEach(async () => {
  await env.DB.prepare("DELETE FROM users").run();
});

describe("a search", () => {
  test.each([
    ["wörld", ["Ann WÖRLD"]],
    ["LIN@", ["Lin", "Ann WÖRLD"]],
    ["example.com", ["Lin", "Ann WÖRLD"]],
    ["li", ["Lin", "Ann WÖRLD"]],
    ["_%", []],
    ['"', ['Quote " here']],
    ["com Ann", []],
    ["", ['Quote " here', "Lin", "Ann WÖRLD"]],
  ])("for %j finds %j, newest first", async (q, names) => {
    await add("ann-lin@example.com", "Ann WÖRLD");
    await add("lin@example.com", "Lin");
    await add("quote@example.org", 'Quote " here');
    expect(await find(q)).toEqual(names);
    expect(await find(q, 1), "page by page").toEqual(names);
  });

  test("finds a user only by the new name, and no longer after the deletion; the index stays exact", async () => {
    const user = await add("ann@example.com", "Before");
    await renameUser(env.DB, user, "After");
    expect([await find("Before"), await find("After")]).toEqual([[], ["After"]]);
    await checkIndex();
    await deleteUser(env.DB, user.id);
    expect(await find("After")).toEqual([]);
    await checkIndex();
  });

  test("for 1 or 2 characters covers the newest 1,000 users", async () => {
    await env.DB.prepare(
      `INSERT INTO users (id, email, name, role, password_hash, created_at)
       SELECT 'i' || value, 'e' || value, 'n' || value, 'user', '', '' FROM json_each(?)`,
    )
      .bind(JSON.stringify(Array.from({ length: SHORT_SEARCH_ROWS + 1 }, (_, i) => i)))
      .run();
    const found = await find("n");
    expect([found.length, found[0], found.at(-1)]).toEqual([SHORT_SEARCH_ROWS, `n${SHORT_SEARCH_ROWS}`, "n1"]);
    expect((await find("")).at(-1)).toBe("n0");
  });
});

test("a page continues after the previous page, even if the last user there was deleted", async () => {
  const users = [];
  for (const name of ["a", "b", "c", "d"]) users.push(await add(`${name}@example.com`, name));
  const { items, nextCursor } = await listUsers(env.DB, { ...numberedPageQuery.parse({ limit: "2" }), q: "" });
  expect(items.map(({ name }) => name)).toEqual(["d", "c"]);
  await deleteUser(env.DB, users[2]?.id ?? "");
  const rest = await listUsers(env.DB, { ...numberedPageQuery.parse({ cursor: nextCursor }), q: "" });
  expect(rest.items.map(({ name }) => name)).toEqual(["b", "a"]);
});
