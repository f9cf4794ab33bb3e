/** Uploads whose bytes stand for others: encoded, partial or nested. None is stored as it is. */
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, test } from "vitest";
import { type Account, createAccount, unreadable } from "../../harness.ts";
import {
  emptyStorage,
  expectInOrder,
  expectNothingStored,
  filePart,
  formOf,
  type Headers,
  part,
  postForm,
  putFile,
} from "./files.ts";

let me: Account;
beforeEach(async () => {
  await emptyStorage();
  me = await createAccount();
});

const gzipped = new Uint8Array(gzipSync("content"));

const refused: [headers: Headers, status: number][] = [
  [{ "Content-Encoding": "gzip" }, 415],
  [{ "Content-Encoding": "deflate, br" }, 415],
  [{ "Content-Range": "bytes 1000-1999/2000" }, 400],
  [{ "Content-Range": "bytes 0-6/7" }, 400],
];

test.each(refused)("PUT /api/files/:name with %j is %i, unread", async (headers, status) => {
  expect((await putFile(me, "f", unreadable(), headers)).status).toBe(status);
  expect((await putFile(me, "f", gzipped, headers)).status).toBe(status);
  await expectNothingStored();
});

test.each(refused)("POST /api/files with %j is %i, unread", async (headers, status) => {
  expect((await postForm(me, unreadable(), headers)).status).toBe(status);
  expect((await postForm(me, formOf(filePart("f")), headers)).status).toBe(status);
  await expectNothingStored();
});

test("a body in identity, and a gzip file that is one, are stored", async () => {
  expect((await putFile(me, "f", "x", { "Content-Encoding": "identity" })).status).toBe(201);
  const file = await (await putFile(me, "f.gz", gzipped, { "Content-Type": "application/gzip" })).json();
  expect(file).toMatchObject({ type: "application/gzip", size: gzipped.byteLength });
});

const FIELD = 'Content-Disposition: form-data; name="file"';
const partIn = (encoding: string, rest = '; filename="f"') =>
  part(`${FIELD}${rest}\r\nContent-Transfer-Encoding: ${encoding}`, "Y29udGVudA==");

describe("a part", () => {
  test.each(["7bit", "8bit", "binary", "Binary", " 8BIT ", ""])("in %j is stored as it is", async (encoding) => {
    const response = await postForm(me, formOf(partIn(encoding)));
    expect(await response.json()).toMatchObject({ files: [{ size: 12 }] });
    await expectInOrder(1);
  });

  test.each(["base64", "BASE64", "quoted-printable", "x-uuencode", "binary; x=y", "7bit base64"])(
    "in %j is 415, and the message names the encoding",
    async (encoding) => {
      for (const encoded of [partIn(encoding), partIn(encoding, "")]) {
        const response = await postForm(me, formOf(filePart("good"), encoded));
        expect([response.status, await response.json()]).toEqual([
          415,
          expect.objectContaining({ detail: expect.stringContaining(`Content-Transfer-Encoding "${encoding}"`) }),
        ]);
        await expectNothingStored();
      }
    },
  );

  test.each(["multipart/mixed; boundary=c", "Multipart/Form-Data; boundary=c", "multipart/digest"])(
    "of the type %s without a name is 415, and the message says what to send",
    async (type) => {
      const inner = '--c\r\nContent-Disposition: attachment; filename="a"\r\n\r\nx\r\n--c--';
      const response = await postForm(me, formOf(part(`${FIELD}\r\nContent-Type: ${type}`, inner)));
      const detail = `The field "file" has parts of its own (${type.split(";", 1)[0]?.toLowerCase()}). Send each file as a part of the form itself.`;
      expect([response.status, await response.json()]).toEqual([415, expect.objectContaining({ detail })]);
      await expectNothingStored();
    },
  );

  test("of a multipart type with a name is a file, such as a saved page", async () => {
    const page = part(`${FIELD}; filename="page.mht"\r\nContent-Type: multipart/related; boundary=c`, "--c--");
    expect((await postForm(me, formOf(page))).status).toBe(201);
  });
});
