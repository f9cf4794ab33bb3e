/**
 * The counters of the quotas `files` and `fileBytes`, which triggers keep: they equal the rows, whatever a user does.
 */
import { env } from "cloudflare:test";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { recordUpload } from "../../../src/features/files/pending-store.ts";
import { FILE_BYTES_QUOTA, FILES_QUOTA } from "../../../src/features/files/quotas.ts";
import { createFiles, deleteFile } from "../../../src/features/files/store.ts";
import { deleteUser } from "../../../src/identity/users/users.ts";
import { createAccount } from "../../harness.ts";
import { leaveRoom, usageOf } from "../../limits/quota-usage.ts";
import { sweepAll } from "../../sweep.ts";

const GIB = 1024 ** 3;

/** Creates files of these sizes; no bytes are stored. */
async function upload(ownerId: string, sizes: readonly number[]) {
  const common = { name: "f", type: "", charset: null, sha256: "" };
  const files = sizes.map((size) => ({ ...common, objectKey: crypto.randomUUID(), size }));
  for (const { objectKey } of files) await recordUpload(env.DB, objectKey);
  const creation = await createFiles(env.DB, ownerId, files);
  return creation.kind === "created" ? creation.files : creation.kind === "exceeded" ? creation.quota : expect.fail();
}

const rowsOf = (userId: string) =>
  env.DB.prepare("SELECT count(*) AS files, coalesce(sum(size), 0) AS fileBytes FROM files WHERE owner_id = ?")
    .bind(userId)
    .first<{ files: number; fileBytes: number }>();

/** A counter that files must leave alone. */
const OTHER = { name: "other", limit: 10, unit: "", refusal: "" };

describe("an account with files is deleted", () => {
  /** The rows of these tables may be deleted in any order: the counters with the user, the others in batches. */
  const ORDERS = [[], ["files"], ["quota_usage"], ["files", "quota_usage"], ["quota_usage", "files"]];

  const CASES = ORDERS.map((tables) => ({ tables, order: tables.join(" and ") || "no table" }));

  test.each(CASES)("with $order deleted first, and no row or counter of it is left", async ({ tables }) => {
    const { user } = await createAccount();
    await upload(user.id, [1, 2]);
    expect(await usageOf(user.id)).toEqual({ files: 2, fileBytes: 3 });
    for (const table of tables) {
      const owner = table === "quota_usage" ? "user_id" : "owner_id";
      await env.DB.prepare(`DELETE FROM ${table} WHERE ${owner} = ?`).bind(user.id).run();
    }
    if (tables[0] === "quota_usage") expect(await usageOf(user.id), "a deleted counter does not return").toEqual({});
    expect(await deleteUser(env.DB, user.id)).toMatchObject({ id: user.id });
    await sweepAll();
    expect([await rowsOf(user.id), await usageOf(user.id)]).toEqual([{ files: 0, fileBytes: 0 }, {}]);
  });
});

/** An action of a user; `at` picks one of the files. */
type Step =
  | { readonly kind: "upload"; readonly sizes: readonly number[] }
  | { readonly kind: "delete"; readonly at: number };

const SIZE = fc.integer({ min: 0, max: 2 * GIB });
const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant("upload" as const),
      sizes: fc.array(SIZE, { minLength: 1, maxLength: 4 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant("delete" as const), at: fc.nat(50) }) },
);

const ROOM = 4;

test("after any sequence of actions the counters equal the files, and only what does not fit is refused", async () => {
  const run = async (steps: readonly Step[]) => {
    const [{ user }, { user: bystander }] = [await createAccount(), await createAccount()];
    await upload(bystander.id, [5]);
    await leaveRoom(user.id, FILES_QUOTA, ROOM);
    await leaveRoom(user.id, OTHER, 3);
    const files: { id: string; size: number }[] = [];
    const bytes = () => files.reduce((sum, { size }) => sum + size, 0);

    const take = async (step: Step): Promise<void> => {
      if (step.kind === "upload") {
        const total = bytes() + step.sizes.reduce((sum, size) => sum + size, 0);
        const fits = { files: files.length + step.sizes.length <= ROOM, fileBytes: total <= FILE_BYTES_QUOTA.limit };
        const created = await upload(user.id, step.sizes);
        const exceeded = fits.files ? (fits.fileBytes ? undefined : FILE_BYTES_QUOTA) : FILES_QUOTA;
        if (exceeded) expect(created).toBe(exceeded);
        else expect(created).toHaveLength(step.sizes.length);
        if (Array.isArray(created)) files.push(...created);
      } else {
        const file = files[step.at % Math.max(files.length, 1)];
        if (!file) return;
        await deleteFile(env.DB, file.id);
        files.splice(files.indexOf(file), 1);
      }
    };

    for (const step of steps) {
      await take(step);
      expect(await rowsOf(user.id)).toEqual({ files: files.length, fileBytes: bytes() });
      const usage = { files: FILES_QUOTA.limit - ROOM + files.length, fileBytes: bytes(), other: 7 };
      expect({ fileBytes: 0, ...(await usageOf(user.id)) }).toEqual(usage);
    }
    await deleteUser(env.DB, user.id);
    await sweepAll();
    expect([await rowsOf(user.id), await usageOf(user.id)]).toEqual([{ files: 0, fileBytes: 0 }, {}]);
    expect(await usageOf(bystander.id)).toEqual({ files: 1, fileBytes: 5 });
  };

  await fc.assert(fc.asyncProperty(fc.array(STEP, { minLength: 1, maxLength: 12, size: "max" }), run), { numRuns: 40 });
}, 120_000);

test.each([
  { quota: FILES_QUOTA, room: 5 },
  { quota: FILE_BYTES_QUOTA, room: 5 * 7 + 6 },
])("20 uploads at once with room for 5 in $quota.name create exactly 5", async ({ quota, room }) => {
  const { user } = await createAccount();
  await leaveRoom(user.id, quota, room);
  const created = await Promise.all(Array.from({ length: 20 }, () => upload(user.id, [7])));
  expect(created.filter(Array.isArray)).toHaveLength(5);
  expect(created.filter((files) => files === quota)).toHaveLength(15);
  expect(await rowsOf(user.id)).toEqual({ files: 5, fileBytes: 35 });
});
