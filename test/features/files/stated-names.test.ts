/** File names as real clients state them in forms: only the last segment of a path counts. */
import { beforeEach, describe, expect, test } from "vitest";
import type { File } from "../../../src/features/files/schema.ts";
import { type Account, createAccount } from "../../harness.ts";
import { emptyStorage, expectNothingStored, filePart, formOf, part, postForm, putFile } from "./files.ts";

let me: Account;
beforeEach(async () => {
  await emptyStorage();
  me = await createAccount();
});

const FIELD = 'Content-Disposition: form-data; name="file"';

const stored: Readonly<Record<string, readonly [form: Uint8Array, name: string]>> = {
  "a path, as form-data's filepath sends": [filePart("a/b.txt"), "b.txt"],
  "an absolute path, as PHP's CURLFile sends": [filePart("/var/www/upload/b.txt"), "b.txt"],
  "a path of Windows": [filePart("C:\\x\\y.txt"), "y.txt"],
  "a path of Windows with escaped backslashes": [filePart("C:\\\\x\\\\y.txt"), "y.txt"],
  "a path of a Windows share": [filePart("\\\\server\\share\\y.txt"), "y.txt"],
  "both separators, a slash last": [filePart("a\\b/c.txt"), "c.txt"],
  "both separators, a backslash last": [filePart("a/b\\c.txt"), "c.txt"],
  "a folder of a browser": [filePart("photos/2026/Ü 茶.jpg"), "Ü 茶.jpg"],
  "a path upwards": [filePart("../../etc/passwd"), "passwd"],
  "a path that begins with a slash": [filePart("/b.txt"), "b.txt"],
  "a double slash": [filePart("a//b.txt"), "b.txt"],
  "spaces around the last segment": [filePart("a/ b.txt "), "b.txt"],
  "a folder of more than 255 characters": [filePart(`${"x".repeat(300)}/b.txt`), "b.txt"],
  "a folder with a control character": [filePart("a\x01/b.txt"), "b.txt"],
  "a folder with a quote": [filePart("a%22/b%22.txt"), 'b".txt'],
  "a path in RFC 8187's form": [part(`${FIELD}; filename*=UTF-8''a%2Fb%5Cc.txt`), "c.txt"],
  "dots in the last segment": [filePart("a/..b..txt"), "..b..txt"],
  "a drive without a folder": [filePart("C:y.txt"), "C:y.txt"],
};

test.each(Object.entries(stored))("POST /api/files drops the folders of %s", async (_, [form, name]) => {
  const response = await postForm(me, formOf(form));
  expect(response.status).toBe(201);
  const { files } = await response.json<{ files: File[] }>();
  expect(files.map((file) => file.name)).toEqual([name]);
});

describe.each([
  ["", "a/", "a\\\\", "/", "\\\\", "C:\\x\\\\", "a/ ", "//"].map((name) => [name, "The name is empty."]),
  [".", "..", "a/..", "a\\..", "../.", "a/ .. "].map((name) => [name, "The name must not be . or ..."]),
])("POST /api/files", (...cases) => {
  test.each(cases)("refuses a file named %j with 400", async (name = "", detail) => {
    const response = await postForm(me, formOf(filePart(name)));
    expect([response.status, await response.json()]).toEqual([400, expect.objectContaining({ detail })]);
    await expectNothingStored();
  });
});

test("PUT /api/files/:name refuses a path: the client names the address itself", async () => {
  for (const name of ["a/b.txt", "C:\\x\\y.txt"]) expect((await putFile(me, name, "x")).status).toBe(400);
  await expectNothingStored();
});
