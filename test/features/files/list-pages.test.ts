/** The list of files has the same pages as a plain model, in both directions, and the same usage. */
import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import { recordUpload } from "../../../src/features/files/pending-store.ts";
import type { StoredFile } from "../../../src/features/files/schema.ts";
import { createFiles, deleteFile, listFiles, readFilesUsage } from "../../../src/features/files/store.ts";
import { type Cursor, pageQuery } from "../../../src/web/request/paging.ts";
import { createAccount } from "../../harness.ts";
import { expectPage, walk } from "../../page-model.ts";

const add = async (ownerId: string, count: number) => {
  const files = [];
  for (let size = 1; size <= count; size += 1) {
    const objectKey = crypto.randomUUID();
    await recordUpload(env.DB, objectKey);
    files.push({ objectKey, name: `${size}`, type: "text/plain", charset: null, size, sha256: "0".repeat(64) });
  }
  const created = await createFiles(env.DB, ownerId, files);
  if (created.kind !== "created") throw new Error(created.kind);
  return created.files.sort((a, b) => (a.id < b.id ? 1 : -1));
};

const decode = (cursor: string) => pageQuery.parse({ cursor }).cursor as Cursor<string>;

test("pages in both directions and the usage are exact, also at cursors from before changes", async () => {
  const [{ user }, other] = [await createAccount(), await createAccount()];
  await add(other.user.id, 3);
  let files = await add(user.id, 7);
  await add(other.user.id, 3);
  const model = () => ({ rows: files, keyOf: ({ id }: StoredFile) => id, direction: "DESC" }) as const;
  const read = (limit: number, cursor?: string) =>
    listFiles(env.DB, user.id, { limit, cursor: cursor === undefined ? undefined : decode(cursor) });
  const usage = () => ({ files: files.length, bytes: files.reduce((sum, { size }) => sum + size, 0) });

  expect(await readFilesUsage(env.DB, user.id)).toEqual(usage());
  const kept: [number, string][] = [];
  for (const limit of [1, 2, 3, 7])
    for (const cursor of await walk({ read, decode }, model(), limit)) kept.push([limit, cursor]);
  const expectKept = async () => {
    for (const [limit, cursor] of kept) expectPage(await read(limit, cursor), model(), limit, decode(cursor));
  };
  const remove = async (indexes: readonly number[]) => {
    for (const index of indexes) await deleteFile(env.DB, files[index]?.id ?? "");
    files = files.filter((_, index) => !indexes.includes(index));
  };
  await remove([0, 2, 3, 6]);
  await expectKept();
  files = [...(await add(user.id, 2)), ...files];
  await expectKept();
  expect(await readFilesUsage(env.DB, user.id)).toEqual(usage());
  await remove([...files.keys()]);
  await expectKept();
  expect(await readFilesUsage(env.DB, user.id)).toEqual({ files: 0, bytes: 0 });
});
