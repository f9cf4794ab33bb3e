/** Uploads with a broken or false part that is not the first: the parts stored before it must be deleted. */
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { app } from "../../../src/app.ts";
import type { Env } from "../../../src/env.ts";
import { type Account, createAccount, send, unreadable } from "../../harness.ts";
import {
  bytesOf,
  CLOSING,
  emptyStorage,
  expectInOrder,
  expectNothingStored,
  FORM_TYPE,
  filePart,
  formOf,
  KIB,
  MIB,
  part,
  postForm,
  putFile,
  refusal,
  streamFrom,
  streamOf,
  textPart,
} from "./files.ts";

// Many large bodies: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

const PROBLEM = "application/problem+json";
const disposition = (parameters: string) => `Content-Disposition: form-data; name="f"; ${parameters}`;

const encodedPart = (encoding: string) =>
  part(`${disposition('filename="f"')}\r\nContent-Transfer-Encoding: ${encoding}`, "Y29udGVudA==");

let me: Account;
beforeEach(async () => {
  await emptyStorage();
  me = await createAccount();
});

const SMALL = filePart("small", "small");
const GOOD = [SMALL, filePart("large", bytesOf(6 * MIB)), filePart("empty", "")];

describe("a form whose bad part comes after good files", () => {
  const parts: Readonly<Record<string, readonly [part: Uint8Array, status: number]>> = {
    "a name with NUL": [filePart("a\0b"), 400],
    "a name with NUL in RFC 8187's form": [part(disposition("filename*=UTF-8''a%00b")), 400],
    "a name with a control character": [filePart("a\x01b"), 400],
    "a name with DEL": [filePart("a\x7fb"), 400],
    "a name with a C1 control character": [filePart("a\u0085b"), 400],
    "a name of two lines": [filePart("a%0D%0Ab"), 400],
    "a name with a line separator": [filePart("a\u2028b"), 400],
    "a path that ends in a slash": [filePart("a/"), 400],
    "a path that ends in a slash, in RFC 8187's form": [part(disposition("filename*=UTF-8''a%2F")), 400],
    "a path that ends in ..": [filePart("a/.."), 400],
    "a part in base64": [encodedPart("base64"), 415],
    "a part in Quoted-Printable": [encodedPart("Quoted-Printable"), 415],
    "a part in an encoding that has no name yet": [encodedPart("x-uuencode"), 415],
    "a field in base64": [part(`${disposition("x=y")}\r\nContent-Transfer-Encoding: base64`, "dGV4dA=="), 415],
    "a part that has parts of its own": [
      part(`${disposition("x=y")}\r\nContent-Type: multipart/mixed; boundary=c`),
      415,
    ],
    "the name ..": [filePart(".."), 400],
    "the name .": [filePart(" . "), 400],
    "a name that turns its direction": [filePart("photo\u202egpj.exe"), 400],
    "a name that isolates its direction": [filePart("photo\u2066gpj.exe"), 400],
    "a name of 256 characters": [filePart("n".repeat(256)), 400],
    "a name of spaces": [filePart("   "), 400],
    "no name and a content": [filePart("", "x"), 400],
    "no Content-Disposition": [part("Content-Type: text/plain"), 400],
    "another disposition": [part('Content-Disposition: attachment; filename="f"'), 400],
    "a header that is none": [part(`${disposition('filename="f"')}\r\nno colon`), 400],
    "the same header twice": [part(`${disposition('filename="f"')}\r\n${disposition('filename="g"')}`), 400],
    "a header that is not UTF-8": [part(Buffer.from(disposition('filename="\xff"'), "latin1")), 400],
    "text behind its boundary": [Buffer.concat([Buffer.from("--a-boundary-of-testsX\r\n"), filePart("f")]), 400],
    "a header of 9 KiB": [part(`${disposition('filename="f"')}\r\nX: ${"x".repeat(9 * KIB)}`), 413],
    "a header of 1 MiB": [part(`${disposition(`filename="${"n".repeat(MIB)}"`)}`), 413],
    "one byte over 25 MiB": [filePart("f", bytesOf(25 * MIB + 1)), 413],
  };
  test.each(Object.entries(parts))("is refused for %s, and leaves nothing", async (_, [bad, status]) => {
    for (const form of [formOf(...GOOD, bad), formOf(SMALL, bad, SMALL)]) {
      expect(await refusal(await postForm(me, form))).toEqual([status, PROBLEM, status]);
      await expectNothingStored();
    }
  });

  test("is taken without the bad part", async () => {
    expect((await postForm(me, formOf(...GOOD))).status).toBe(201);
    await expectInOrder(GOOD.length);
  });
});

describe("a form that breaks off", () => {
  const whole = formOf(...GOOD, filePart("last", "the content"), textPart());
  /** Where it breaks off, counted from the end. */
  const places: Readonly<Record<string, number>> = {
    "before the last boundary": CLOSING.length,
    "within the last boundary": 10,
    "before the dashes behind the last boundary": 4,
    "between those dashes": 3,
    "within the last header": textPart().byteLength + CLOSING.length - 40,
    "within the last file": textPart().byteLength + CLOSING.length + 7,
    "within a file over 5 MiB": MIB / 2,
    "within the first boundary": whole.byteLength - 10,
    "before it begins": whole.byteLength,
  };
  test.each(Object.entries(places))("%s is 400 and leaves nothing", async (_, missing) => {
    const begun = whole.subarray(0, whole.byteLength - missing);
    for (const body of [streamOf(begun, undefined, 7000), streamOf(begun, new Error("The client is gone"))]) {
      expect(await refusal(await postForm(me, body))).toEqual([400, PROBLEM, 400]);
      await expectNothingStored();
    }
  });

  test("behind its last boundary has all its files, unless it ends with an error", async () => {
    const begun = whole.subarray(0, -2);
    expect((await postForm(me, streamOf(begun, new Error("The client is gone")))).status).toBe(400);
    await expectNothingStored();
    expect((await postForm(me, begun)).status).toBe(201);
    await expectInOrder(4);
  });
});

describe("a form without a file", () => {
  const forms: Readonly<Record<string, Uint8Array<ArrayBuffer> | string>> = {
    "no part": formOf(),
    "text only": formOf(textPart(), textPart()),
    "a file that nobody chose": formOf(filePart("", "")),
    "no byte": "",
    "no boundary": "text",
    "another boundary": formOf(filePart("f")).map((byte) => (byte === 0x2d ? 0x2b : byte)),
  };
  test.each(Object.entries(forms))("is 400: %s", async (_, form) => {
    expect(await refusal(await postForm(me, form))).toEqual([400, PROBLEM, 400]);
    await expectNothingStored();
  });
});

describe("POST /api/files", () => {
  const types = [
    "application/json",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/mixed; boundary=b",
    "",
  ];
  test.each(types)("responds with 415 to %j before it reads the body", async (type) => {
    const response = await postForm(me, unreadable(), { "Content-Type": type });
    expect(await refusal(response)).toEqual([415, PROBLEM, 415]);
    await expectNothingStored();
  });

  const parameters = [
    "",
    "; boundary",
    "; boundary=",
    '; boundary=""',
    `; boundary=${"b".repeat(71)}`,
    "; boundary=a@b",
  ];
  test.each([...parameters, '; boundary="a\\nb"', '; boundary="a "'])(
    "refuses multipart/form-data%s with 400",
    async (given) => {
      const response = await postForm(me, formOf(filePart("f")), { "Content-Type": `multipart/form-data${given}` });
      expect(await refusal(response)).toEqual([400, PROBLEM, 400]);
      await expectNothingStored();
    },
  );
});

describe("PUT /api/files/:name", () => {
  const names = [
    "a\0b",
    "a\x01b",
    "a\x7f",
    "a\u0085",
    "a\nb",
    "a\u2029",
    "../b",
    "a/b",
    "a\\b",
    "a\u202eb",
    "a\u2069b",
  ];
  test.each([...names, "n".repeat(256), " "])("refuses the name %j with 400 before it reads the body", async (name) => {
    expect(await refusal(await putFile(me, name, unreadable()))).toEqual([400, PROBLEM, 400]);
    await expectNothingStored();
  });

  test.each(["", "..", "%2e%2e", "a/b", "%ff", "%zz"])("stores nothing under the path %j", async (path) => {
    const response = await send(`/api/files/${path}`, { method: "PUT", headers: me.headers, body: unreadable() });
    expect([400, 404, 405]).toContain(response.status);
    await expectNothingStored();
  });

  test.each([0, 1, 64 * KIB, 5 * MIB, 11 * MIB])(
    "leaves nothing of a body that breaks off after %i bytes",
    async (size) => {
      const body = streamOf(bytesOf(size), new Error("The client is gone"));
      expect(await refusal(await putFile(me, "f", body))).toEqual([400, PROBLEM, 400]);
      await expectNothingStored();
    },
  );

  test("leaves no parts of a body that breaks off: its multipart upload is aborted", async () => {
    const uploads: R2MultipartUpload[] = [];
    const createMultipartUpload = async (key: string) => {
      const upload = await env.FILES.createMultipartUpload(key);
      uploads.push(upload);
      return upload;
    };
    const FILES: Pick<Env["FILES"], "put" | "delete" | "createMultipartUpload"> = {
      put: () => Promise.reject(new Error("This is no small file")),
      delete: (keys) => env.FILES.delete(keys),
      createMultipartUpload,
    };
    const body = streamOf(bytesOf(11 * MIB), new Error("The client is gone"));
    expect((await putFile(me, "f", body, {}, { FILES: FILES as R2Bucket })).status).toBe(400);
    expect(uploads).toHaveLength(1);
    await expect(uploads[0]?.uploadPart(3, "x")).rejects.toThrow(/does not exist/);
  });

  test("says nothing internal of why it failed", async () => {
    const body = streamOf(bytesOf(10), new Error("secret"));
    const text = await (await putFile(me, "f", body)).text();
    expect(text).not.toMatch(/secret|stack|pending_objects/);
  });
});

test("an upload whose sender disconnects is removed, although no client waits for the response", async () => {
  const begun = Promise.withResolvers<void>();
  async function* hangUp() {
    yield formOf(...GOOD).subarray(0, -CLOSING.length);
    begun.resolve();
    await scheduler.wait(100);
    throw new Error("The client is gone");
  }
  const ctx = createExecutionContext();
  const headers = { ...me.headers, ...FORM_TYPE };
  const request = new Request("http://localhost/api/files", { method: "POST", headers, body: streamFrom(hangUp()) });
  const response = app.fetch(request, env, ctx);
  await begun.promise;
  await waitOnExecutionContext(ctx);
  await expectNothingStored();
  expect((await response).status).toBe(400);
});
