/** 25 MiB a file and 100 MiB a request, counted as they arrive. */
import { Buffer } from "node:buffer";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { type Account, createAccount, unreadable } from "../../harness.ts";
import {
  bytesOf,
  CLOSING,
  emptyStorage,
  expectInOrder,
  expectNothingStored,
  filePart,
  formOf,
  MIB,
  part,
  postForm,
  putFile,
  refusal,
  storageThrough,
  streamFrom,
  streamOf,
  textPart,
} from "./files.ts";

// Large bodies: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

const MOST = 25 * MIB;
const MOST_OF_A_REQUEST = 100 * MIB;
const TOO_LARGE = [413, "application/problem+json", 413];
const MALFORMED = [400, "application/problem+json", 400];

let me: Account;
beforeEach(async () => {
  await emptyStorage();
  me = await createAccount();
});

/** What is sent of a body is real; only what the head says of it differs. */
const claim = (bytes: number) => ({ "Content-Length": `${bytes}` });

describe("a file of 25 MiB", () => {
  test("passes raw, as a stream and in a form", async () => {
    const most = bytesOf(MOST);
    expect((await putFile(me, "f", most, claim(MOST))).status).toBe(201);
    expect((await putFile(me, "f", streamOf(most))).status).toBe(201);
    expect((await postForm(me, streamOf(formOf(filePart("f", most), filePart("g", most))))).status).toBe(201);
    await expectInOrder(4);
  });

  const tooLarge = bytesOf(MOST + 1);
  const sent: Readonly<Record<string, () => Promise<Response>>> = {
    "as it is": () => putFile(me, "f", tooLarge),
    "as a stream of unknown length": () => putFile(me, "f", streamOf(tooLarge)),
    "as a stream in one chunk": () => putFile(me, "f", streamOf(tooLarge, undefined, MOST + 1)),
    "and a Content-Length of 25 MiB": () => putFile(me, "f", streamOf(tooLarge), claim(MOST)),
    "and a Content-Length of 1": () => putFile(me, "f", tooLarge, claim(1)),
    "as the first file of a form": () => postForm(me, formOf(filePart("f", tooLarge), filePart("g"))),
    "as the last file of a form": () => postForm(me, formOf(filePart("f"), filePart("g", tooLarge))),
    "in a form of unknown length": () => postForm(me, streamOf(formOf(filePart("f"), filePart("g", tooLarge)))),
    "in a form and a Content-Length of 1": () => postForm(me, formOf(filePart("f", tooLarge)), claim(1)),
  };
  test.each(Object.entries(sent))("and one byte more is 413 %s, and leaves nothing", async (_, send) => {
    expect(await refusal(await send())).toEqual(TOO_LARGE);
    await expectNothingStored();
  });

  test("is not waited for once it is too large", async () => {
    async function* endless() {
      for (;;) yield bytesOf(MIB);
    }
    expect(await refusal(await putFile(me, "f", streamFrom(endless())))).toEqual(TOO_LARGE);
    await expectNothingStored();
  });
});

describe("a body that is shorter or longer than its Content-Length", () => {
  test.each([-1, 1, 5 * MIB])("by %i bytes is 400 and leaves nothing", async (more) => {
    const [raw, form] = [bytesOf(6 * MIB), formOf(filePart("f", bytesOf(6 * MIB)), filePart("g"))];
    expect(await refusal(await putFile(me, "f", raw, claim(raw.byteLength + more)))).toEqual(MALFORMED);
    expect(await refusal(await postForm(me, form, claim(form.byteLength + more)))).toEqual(MALFORMED);
    await expectNothingStored();
  });

  test("of its Content-Length passes", async () => {
    const form = formOf(filePart("f", bytesOf(6 * MIB)));
    expect((await postForm(me, form, claim(form.byteLength))).status).toBe(201);
    expect((await putFile(me, "f", "", claim(0))).status).toBe(201);
    await expectInOrder(2);
  });
});

describe("a body that says itself that it is too large", () => {
  const claims = [`${MOST + 1}`, `${MOST_OF_A_REQUEST + 1}`, "99999999999999999999", "Infinity", "many"];
  test.each(claims)("is 413, of %s bytes, before any of it is read", async (claimed) => {
    expect(await refusal(await putFile(me, "f", unreadable(), { "Content-Length": claimed }))).toEqual(TOO_LARGE);
    await expectNothingStored();
  });

  test("may say more in a form, whose limit is another", async () => {
    expect(await refusal(await postForm(me, unreadable(), claim(MOST_OF_A_REQUEST + 1)))).toEqual(TOO_LARGE);
    expect(await refusal(await postForm(me, formOf(filePart("f")), claim(MOST_OF_A_REQUEST)))).toEqual(MALFORMED);
    expect(await refusal(await putFile(me, "f", "x", claim(MOST)))).toEqual(MALFORMED);
    await expectNothingStored();
  });
});

describe("a form of 100 MiB", () => {
  /** A file, a text that fills the form up, and an end. */
  async function* formOfSize(bytes: number) {
    const mebibyte = bytesOf(MIB);
    const start = Buffer.concat([filePart("f"), textPart("").subarray(0, -2)]);
    const end = Buffer.from(`\r\n${CLOSING}`);
    yield start;
    for (let left = bytes - start.byteLength - end.byteLength; left > 0; left -= MIB) yield mebibyte.slice(0, left);
    yield end;
  }

  test("passes, and one byte more is 413 and leaves nothing", async () => {
    expect(await refusal(await postForm(me, streamFrom(formOfSize(MOST_OF_A_REQUEST + 1))))).toEqual(TOO_LARGE);
    await expectNothingStored();
    expect((await postForm(me, streamFrom(formOfSize(MOST_OF_A_REQUEST)))).status).toBe(201);
    await expectInOrder(1);
  });

  test("counts the bytes behind its end", async () => {
    async function* endless() {
      yield formOf(filePart("f"));
      for (;;) yield bytesOf(MIB);
    }
    expect(await refusal(await postForm(me, streamFrom(endless())))).toEqual(TOO_LARGE);
    await expectNothingStored();
  });
});

describe("the parts of a form", () => {
  const parts = (count: number) => Array.from({ length: count }, (_, i) => (i % 2 ? textPart() : filePart("f", "x")));

  test("may be 100", async () => {
    expect((await postForm(me, formOf(...parts(100)))).status).toBe(201);
    await expectInOrder(50);
  });

  test.each([101, 1000])("are 413 if they are %i, and leave nothing", async (count) => {
    expect(await refusal(await postForm(me, formOf(...parts(count))))).toEqual(TOO_LARGE);
    await expectNothingStored();
  });

  /** The limit counts the line end behind the boundary, too. */
  const header = (bytes: number) => {
    const start = 'Content-Disposition: form-data; name="f"; filename="f"\r\nX-Padding: ';
    return start + "x".repeat(bytes - start.length - "\r\n".length);
  };
  test("may have headers of 8 KiB, and no more", async () => {
    expect((await postForm(me, formOf(part(header(8 * 1024))))).status).toBe(201);
    await expectInOrder(1);
    await emptyStorage();
    for (const bytes of [8 * 1024 + 1, 9 * 1024, MIB]) {
      const form = formOf(filePart("f"), part(header(bytes)), filePart("g"));
      expect(await refusal(await postForm(me, form))).toEqual(TOO_LARGE);
      expect(await refusal(await postForm(me, streamOf(form, undefined, 1000)))).toEqual(TOO_LARGE);
    }
    await expectNothingStored();
  });
});

describe("a file goes to the bucket", () => {
  const parts = (count: number) => ["createMultipartUpload", ...Array(count).fill("uploadPart"), "complete"];
  const sizes: readonly (readonly [size: number, calls: string[]])[] = [
    [0, ["put"]],
    [5 * MIB - 1, ["put"]],
    [5 * MIB, parts(1)],
    [5 * MIB + 1, parts(2)],
    [10 * MIB, parts(2)],
    [MOST, parts(5)],
  ];
  test.each(sizes)("of %i bytes in one call, or in parts of 5 MiB", async (size, expected) => {
    const calls: string[] = [];
    const { FILES } = storageThrough((call, name) => {
      calls.push(name);
      return call();
    });
    expect((await putFile(me, "f", streamOf(bytesOf(size)), {}, { FILES })).status).toBe(201);
    expect(calls).toEqual(expected);
  });
});
