import { env } from "cloudflare:test";
import { Buffer } from "node:buffer";
import { beforeEach, describe, expect, test } from "vitest";
import { recordUpload } from "../../../src/features/files/pending-store.ts";
import { FILE_BYTES_QUOTA, FILES_QUOTA } from "../../../src/features/files/quotas.ts";
import { createFiles } from "../../../src/features/files/store.ts";
import type { Quota } from "../../../src/limits/quotas.ts";
import { type Account, type Browser, createAccount, openBrowser, send, unreadable } from "../../harness.ts";
import { leaveRoom, quotaProblem, usageOf } from "../../limits/quota-usage.ts";
import {
  type Body,
  emptyStorage,
  expectInOrder,
  expectNothingStored,
  FORM_TYPE,
  filePart,
  formOf,
  part,
  postForm,
  putFile,
  storeFile,
  streamFrom,
  sweepAll,
} from "./files.ts";

let me: Account;
let browser: Browser;
beforeEach(async () => {
  await emptyStorage();
  me = await createAccount();
  browser = await openBrowser(me);
});

test("a user may have 10,000 files and 5 GiB, and the refusals say so", () => {
  expect([FILES_QUOTA, FILE_BYTES_QUOTA]).toEqual([
    {
      name: "files",
      limit: 10_000,
      unit: "files",
      refusal: "This upload would exceed the limit of 10,000 files. Delete some, then try again.",
    },
    {
      name: "fileBytes",
      limit: 5 * 1024 ** 3,
      unit: "B",
      refusal: "This upload would exceed the limit of 5 GiB for all files. Delete some, then try again.",
    },
  ]);
});

const HTMX = { "HX-Request": "true" };
const field = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value);
/** The hidden fields of the form. */
const token = (submission: string = crypto.randomUUID()) =>
  Buffer.concat([field("csrf", browser.csrf), field("submission", submission)]);

/** A form whose files must not be read. */
function unreadableFiles(): ReadableStream {
  async function* begun() {
    yield Buffer.concat([token(), filePart("f").subarray(0, 60)]);
    throw new Error("A file was read");
  }
  return streamFrom(begun());
}
const submitFiles = (body: Body, headers: Record<string, string> = {}) =>
  send("/files", { method: "POST", headers: { ...browser.headers, ...FORM_TYPE, ...headers }, body });

const IS_PROBLEM = async (response: Response, quota: Quota) =>
  expect(await response.json()).toEqual(quotaProblem(quota));
const IS_PAGE = async (response: Response, quota: Quota) => {
  expect(response.headers.get("Content-Type")).toBe("text/html; charset=utf-8");
  expect(await response.text()).toContain(quota.refusal);
};

interface Way {
  /** Uploads a file of 4 bytes. */
  readonly upload: () => Promise<Response>;
  /** Sends a body that nobody may read. */
  readonly early: () => Promise<Response>;
  readonly stored: number;
  /** What the guard's refusal has to show, and the handler's. */
  readonly isRefusal: (response: Response, quota: Quota) => Promise<unknown>;
}

/** Every way to upload. */
const WAYS: Readonly<Record<string, Way>> = {
  "PUT /api/files/:name": {
    upload: () => putFile(me, "new", "four"),
    early: () => putFile(me, "new", unreadable()),
    stored: 201,
    isRefusal: IS_PROBLEM,
  },
  "POST /api/files": {
    upload: () => postForm(me, formOf(filePart("new", "four"))),
    early: () => postForm(me, unreadable()),
    stored: 201,
    isRefusal: IS_PROBLEM,
  },
  "POST /files": {
    upload: () => submitFiles(formOf(token(), filePart("new", "four"))),
    early: () => submitFiles(unreadableFiles()),
    stored: 303,
    isRefusal: IS_PAGE,
  },
};

/** How much of each quota a file of 4 bytes uses. */
const QUOTA_ROOMS = [
  { quota: FILES_QUOTA, perFile: 1 },
  { quota: FILE_BYTES_QUOTA, perFile: 4 },
];

describe.each(Object.entries(WAYS))("%s", (_, { upload, early, stored, isRefusal }) => {
  describe.each(QUOTA_ROOMS)("and the quota $quota.name", ({ quota, perFile }) => {
    const leave = (room: number) => leaveRoom(me.user.id, quota, room);

    test("stores the last file for which there is room", async () => {
      await leave(perFile);
      expect((await upload()).status).toBe(stored);
      await expectInOrder(1);
      expect(await usageOf(me.user.id)).toMatchObject({ [quota.name]: quota.limit });
    });

    test("if it is full, refuses with 422 before the body is read, and accepts a file after one was deleted", async () => {
      const { id } = await storeFile(me, "old", "four");
      await leave(0);
      const response = await early();
      expect(response.status).toBe(422);
      await isRefusal(response, quota);
      await expectInOrder(1);
      await send(`/api/files/${id}`, { method: "DELETE", headers: me.headers });
      expect((await upload()).status).toBe(stored);
      await expectInOrder(1);
      expect(await usageOf(me.user.id)).toMatchObject({ [quota.name]: quota.limit });
    });

    test("of two at once with room for one stores exactly one, and no object of the other", async () => {
      await leave(perFile + (perFile - 1));
      const responses = await Promise.all([upload(), upload()]);
      expect(responses.map(({ status }) => status).sort()).toEqual([stored, 422]);
      await expectInOrder(1);
    });
  });

  test("with one byte too many is 422, and its object is removed", async () => {
    await leaveRoom(me.user.id, FILE_BYTES_QUOTA, 3);
    const response = await upload();
    expect(response.status).toBe(422);
    await isRefusal(response, FILE_BYTES_QUOTA);
    await expectNothingStored();
  });
});

// A user has at most two uploads at a time in each isolate, but any number of isolates.
test.each(QUOTA_ROOMS)(
  "of 20 uploads at once from many isolates with room for 5 in $quota.name, exactly 5 are stored",
  async ({ quota, perFile }) => {
    await leaveRoom(me.user.id, quota, 5 * perFile + (perFile - 1));
    const stored = await Promise.all(
      Array.from({ length: 20 }, async (_, n) => {
        await recordUpload(env.DB, `object ${n}`);
        const file = { objectKey: `object ${n}`, name: "new", type: "text/plain", charset: null, size: 4, sha256: "" };
        return createFiles(env.DB, me.user.id, [file]);
      }),
    );
    expect(stored.filter(({ kind }) => kind === "created")).toHaveLength(5);
    expect(stored.filter((each) => each.kind === "exceeded" && each.quota === quota)).toHaveLength(15);
  },
);

test("HTMX is told of a full quota by a message", async () => {
  await leaveRoom(me.user.id, FILES_QUOTA, 0);
  const response = await submitFiles(unreadableFiles(), HTMX);
  expect([response.status, response.headers.get("HX-Reswap")]).toEqual([422, "none"]);
  expect(await response.json()).toEqual(quotaProblem(FILES_QUOTA));
});

describe("several files in one request", () => {
  const send3 = {
    api: () => postForm(me, formOf(...["1", "22", "333"].map((text) => filePart(text, text)))),
    page: () => submitFiles(formOf(token(), ...["1", "22", "333"].map((text) => filePart(text, text)))),
  };

  test.each([
    ["api", "files", 3, "stored"],
    ["api", "files", 2, "refused"],
    ["api", "files", 1, "refused"],
    ["api", "fileBytes", 6, "stored"],
    ["api", "fileBytes", 5, "refused"],
    ["api", "fileBytes", 1, "refused"],
    ["page", "files", 3, "stored"],
    ["page", "files", 2, "refused"],
    ["page", "files", 1, "refused"],
    ["page", "fileBytes", 6, "stored"],
    ["page", "fileBytes", 5, "refused"],
    ["page", "fileBytes", 1, "refused"],
  ] as const)("by %s with room of %s for %i are all %s", async (way, name, room, outcome) => {
    const quota = name === "files" ? FILES_QUOTA : FILE_BYTES_QUOTA;
    await leaveRoom(me.user.id, quota, room);
    const response = await send3[way]();
    if (outcome === "stored") {
      expect(response.status).toBe(way === "api" ? 201 : 303);
      return expectInOrder(3);
    }
    expect(response.status).toBe(422);
    await (way === "api" ? IS_PROBLEM : IS_PAGE)(response, quota);
    return expectNothingStored();
  });

  test("whose objects can't be removed at once are left to the sweep", async () => {
    await leaveRoom(me.user.id, FILES_QUOTA, 2);
    const FILES = Object.assign(Object.create(env.FILES), {
      put: env.FILES.put.bind(env.FILES),
      delete: () => Promise.reject(new Error("The bucket is away")),
    });
    const form = formOf(...["1", "2", "3"].map((text) => filePart(text, text)));
    expect((await postForm(me, form, {}, { FILES })).status).toBe(422);
    await sweepAll();
    await expectNothingStored();
  });
});

test("the page of files shows a refused upload with its form", async () => {
  await leaveRoom(me.user.id, FILE_BYTES_QUOTA, 3);
  const text = await (await submitFiles(formOf(token(), filePart("new", "four")))).text();
  expect(text).toMatch(/<form class="upload"[\s\S]*aria-invalid="true"/);
});
