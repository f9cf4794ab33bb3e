/** Every combination of search, filters, order and direction has the same pages and count as a plain model. */
import { env } from "cloudflare:test";
import { beforeEach, describe, expect, test } from "vitest";
import type { User } from "../../../src/identity/users/user.ts";
import { countUsers, listUsers, type UserFilter } from "../../../src/identity/users/user-list.ts";
import { toUser, USER_COLUMNS, type UserRow } from "../../../src/identity/users/users.ts";
import { MAX_COUNT } from "../../../src/web/request/count.ts";
import { type Cursor, numberedPageQuery } from "../../../src/web/request/paging.ts";
import { expectPage, walk } from "../../page-model.ts";
import { countRows } from "../../row-counter.ts";

const NAMES = ["Ann", "Annika", "Ben", "Yes Admin", "Ünïcøde"];

/** @param first The number in the address of the first user. */
const insertUsers = (first: number, count: number) =>
  env.DB.prepare(
    `INSERT INTO users (id, email, name, role, password_hash, email_verified, created_at)
     SELECT 'id-' || value, iif(value % 3, 'u' || value || '@example.com', 'u' || value || '@usr.org'),
       ?2->>('$[' || (value % 5) || ']'), iif(value % 4 = 1, 'admin', 'user'), '', value % 7 > 2, '2026-01-01T00:00:00.000Z'
     FROM json_each(?1)`,
  )
    .bind(JSON.stringify(Array.from({ length: count }, (_, index) => first + index)), JSON.stringify(NAMES))
    .run();

type Numbered = User & { readonly number: number };

/** All users that a filter selects, by a plain search. */
async function selectUsers({ q = "", role = "", emailVerified = "" }: UserFilter): Promise<Numbered[]> {
  const { results } = await env.DB.prepare(`SELECT ${USER_COLUMNS}, number FROM users ORDER BY number`).all<
    UserRow & { number: number }
  >();
  return results
    .map((row) => ({ ...toUser(row), number: row.number }))
    .filter(({ email, name }) => [email, name].some((text) => text.toLowerCase().includes(q.toLowerCase())))
    .filter((user) => role === "" || user.role === role)
    .filter((user) => emailVerified === "" || String(user.emailVerified) === emailVerified);
}

const decode = (cursor: string) => numberedPageQuery.parse({ cursor }).cursor as Cursor<number>;

/** The list of a query, and its model. */
async function listingOf(filter: UserFilter, order: "newest" | "oldest") {
  const users = await selectUsers(filter);
  const numbers = new Map(users.map(({ id, number }) => [id, number]));
  const rows = users.map(({ number, ...user }): User => user);
  if (order === "newest") rows.reverse();
  const read = (limit: number, cursor?: string) =>
    listUsers(env.DB, { ...filter, order, limit, cursor: cursor === undefined ? undefined : decode(cursor) });
  const keyOf = ({ id }: User) => numbers.get(id) ?? Number.NaN;
  const model = { rows, keyOf, direction: order === "newest" ? "DESC" : "ASC" } as const;
  return { read, decode, model };
}

const FILTERS = ["", "user", "admin"].flatMap((role) =>
  ["", "true", "false"].map((emailVerified) => ({ role, emailVerified }) as UserFilter),
);

// Texts in capitals, short and long, and the codes by which the index filters.
const QUERIES = ["", "NN", "ann", "example.com", "ünÏ", "usr", "yes", "zzz"];

beforeEach(async () => {
  await env.DB.prepare("DELETE FROM users").run();
  await insertUsers(1, 20);
});

describe.each(["newest", "oldest"] as const)("with the %s users first", (order) => {
  test.each(QUERIES)("a search for %j with each filter, before and after changes", { timeout: 120_000 }, async (q) => {
    const kept: [UserFilter, number, string][] = [];
    const walkAll = async (limits: readonly number[]) => {
      for (const each of FILTERS) {
        const filter = { ...each, q };
        const { model, ...listing } = await listingOf(filter, order);
        expect(await countUsers(env.DB, filter)).toEqual({ count: model.rows.length, isMore: false });
        for (const limit of limits)
          for (const cursor of await walk(listing, model, limit)) kept.push([filter, limit, cursor]);
      }
    };
    const expectPages = async (pages: typeof kept) => {
      for (const [filter, same] of Map.groupBy(pages, ([filter]) => filter)) {
        const { read, model } = await listingOf(filter, order);
        for (const [, limit, cursor] of same) expectPage(await read(limit, cursor), model, limit, decode(cursor));
      }
    };
    await walkAll([3]);
    const cursors = kept.splice(0);
    await env.DB.batch([
      env.DB.prepare("DELETE FROM users WHERE number % 3 = 0 OR id IN ('id-1', 'id-2', 'id-3', 'id-19', 'id-20')"),
      env.DB.prepare("UPDATE users SET role = iif(role = 'user', 'admin', 'user') WHERE number % 5 = 0"),
      env.DB.prepare("UPDATE users SET email_verified = 1 - email_verified WHERE number % 7 < 2"),
      env.DB.prepare("UPDATE users SET name = 'Ann' WHERE number % 11 = 0"),
    ]);
    await insertUsers(101, 4);
    await expectPages(cursors);
    await walkAll([4]);
    await env.DB.prepare("INSERT INTO users_search (users_search, rank) VALUES ('integrity-check', 1)").run();
    await env.DB.prepare("DELETE FROM users").run();
    await expectPages(cursors.slice(0, 9));
  });
});

test("a page and a count read a bounded number of rows, however few of the users a filter selects", async () => {
  await env.DB.prepare("DELETE FROM users").run();
  await insertUsers(1000, 3 * MAX_COUNT);
  await env.DB.prepare("UPDATE users SET role = 'user', email_verified = 1 WHERE role = 'admin'").run();
  // The only ones with a facet are the oldest and the newest.
  await env.DB.batch([
    env.DB.prepare("UPDATE users SET role = 'admin' WHERE id IN ('id-1000', 'id-3999')"),
    env.DB.prepare("UPDATE users SET email_verified = 0 WHERE id IN ('id-1000', 'id-3999')"),
    env.DB.prepare("UPDATE users SET email_verified = 1 WHERE id NOT IN ('id-1000', 'id-3999')"),
  ]);
  const { db, rowsOf } = countRows();
  const middle = (await selectUsers({}))[MAX_COUNT]?.number ?? 0;
  const cursors = [undefined, { direction: "next", key: middle }, { direction: "previous", key: middle }] as const;
  for (const q of ["", "ann", "example.com", "zzz"]) {
    for (const filter of FILTERS) {
      for (const order of ["newest", "oldest"] as const) {
        for (const cursor of cursors) {
          const rows = await rowsOf(listUsers(db, { ...filter, q, order, cursor, limit: 20 }));
          expect([q, filter, order, cursor, rows < 100], `${rows} rows`).toEqual([q, filter, order, cursor, true]);
        }
      }
      const rows = await rowsOf(countUsers(db, { ...filter, q }));
      expect([q, filter, rows < 3 * MAX_COUNT], `${rows} rows`).toEqual([q, filter, true]);
    }
  }
  expect(await countUsers(db, {})).toEqual({ count: MAX_COUNT, isMore: true });
  expect(await countUsers(db, { q: "u3999", role: "admin" })).toEqual({ count: 1, isMore: false });
  expect(await countUsers(db, { role: "user", emailVerified: "false" })).toEqual({ count: 0, isMore: false });
});
