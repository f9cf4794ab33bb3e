/** The page of files: uploads by form, the list, removal. */
import { Buffer } from "node:buffer";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { fileName } from "../../../src/features/files/schema.ts";
import {
  type Account,
  type Browser,
  createAccount,
  openBrowser,
  send,
  signInResponse,
  submit,
  unreadable,
} from "../../harness.ts";
import { escaped, expectHarmless, HOSTILE } from "../../hostile-text.ts";
import { followPager } from "../../list-links.ts";
import { plainText } from "../../plain-browser.ts";
import {
  type Body,
  bytesOf,
  emptyStorage,
  expectInOrder,
  expectNothingStored,
  FORM_TYPE,
  filePart,
  formOf,
  KIB,
  MIB,
  part,
  storeFile,
  streamFrom,
  streamOf,
  textPart,
} from "./files.ts";

// Large bodies: on a slow machine they take their time.
vi.setConfig({ testTimeout: 60_000 });

/** A user of each test's own, signed in with a browser. */
let me: Account;
let browser: Browser;
beforeEach(async () => {
  await emptyStorage();
  me = await createAccount();
  browser = await openBrowser(me);
});

const open = (path = "/files", { headers } = browser) => send(path, { headers });
const page = async (path?: string) => (await open(path)).text();
const field = (name: string, value: string) => part(`Content-Disposition: form-data; name="${name}"`, value);
/** The hidden fields of the form. */
const token = (csrf = browser.csrf, submission: string = crypto.randomUUID()) =>
  Buffer.concat([field("csrf", csrf), field("submission", submission)]);

function post(body: Body, headers: Record<string, string> = {}): Promise<Response> {
  return send("/files", { method: "POST", headers: { ...browser.headers, ...FORM_TYPE, ...headers }, body });
}

const upload = (...parts: readonly Uint8Array[]) => post(formOf(token(), ...parts));

/** The smallest GIF that there is. */
const GIF = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

describe("POST /files", () => {
  test("stores the files of the form, leads back to the list, and says so once", async () => {
    const response = await upload(filePart("one.txt", "1"), filePart("two.bin", bytesOf(6 * MIB)));
    expect([response.status, response.headers.get("Location")]).toEqual([303, "/files"]);
    await expectInOrder(2);
    const shown = await page();
    expect(shown).toContain("2 files were uploaded.");
    expect(shown).toMatch(/two\.bin<[\s\S]*6 MiB[\s\S]*one\.txt<[\s\S]*1 byte/);
    expect(await page()).not.toContain("uploaded.");
  });

  test("accepts the runtime's encoding of FormData, in whatever pieces it arrives", async () => {
    const form = new FormData();
    form.append("csrf", browser.csrf);
    form.append("submission", crypto.randomUUID());
    form.append("file", new File(["a,b\r\n1,2\r\n"], "größe.csv", { type: "text/csv" }));
    const made = new Response(form);
    const type = { "Content-Type": made.headers.get("Content-Type") ?? "" };
    expect((await post(streamOf(await made.bytes(), undefined, 1), type)).status).toBe(303);
    expect(await page()).toMatch(/größe\.csv<[\s\S]*text\/csv/);
    await expectInOrder(1);
  });

  const forms: Readonly<Record<string, () => Uint8Array<ArrayBuffer>>> = {
    "without a token": () => formOf(filePart("f")),
    "with an empty token": () => formOf(token(""), filePart("f")),
    "with a wrong token": () => formOf(token("x".repeat(43)), filePart("f")),
    "with the token behind the file": () => formOf(filePart("f"), token()),
    "with the token behind another field": () => formOf(textPart(), token(), filePart("f")),
    "with a wrong token before the right one": () => formOf(token("x"), token(), filePart("f")),
    "with the token as a file": () =>
      formOf(part('Content-Disposition: form-data; name="csrf"; filename="csrf"', browser.csrf), filePart("f")),
    "with the token under another name": () =>
      formOf(part('Content-Disposition: form-data; name="CSRF"', browser.csrf), filePart("f")),
    "with nothing": () => formOf(),
  };
  test.each(Object.entries(forms))("%s is 403 and stores nothing", async (_, form) => {
    for (const body of [form(), streamOf(form(), undefined, 7)]) {
      const response = await post(body);
      expect([response.status, response.headers.get("Content-Type")]).toEqual([403, "text/html; charset=utf-8"]);
    }
    await expectNothingStored();
  });

  test("with the token of another session is 403, as it is from another site and from a stranger's", async () => {
    const { csrf } = await openBrowser(me);
    expect((await post(formOf(token(csrf), filePart("f")))).status).toBe(403);
    expect((await post(unreadable(), { "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
    const stranger = await post(unreadable(), { Cookie: "" });
    expect([stranger.status, stranger.headers.get("Location")]).toEqual(signInResponse());
    await expectNothingStored();
  });

  test("decides by the token before a file arrives", async () => {
    async function* begun(csrf: string) {
      yield Buffer.concat([token(csrf), filePart("f").subarray(0, 60)]);
      throw new Error("The file was asked for");
    }
    expect((await post(streamFrom(begun("x")))).status).toBe(403);
    expect((await post(streamFrom(begun(browser.csrf)))).status).toBe(400);
    await expectNothingStored();
  });

  const NAMED = 'Content-Disposition: form-data; name="file"';
  const refused: Readonly<Record<string, readonly [form: () => Uint8Array<ArrayBuffer>, status: number, why: string]>> =
    {
      "a file over 25 MiB": [
        () => formOf(token(), filePart("small"), filePart("f", bytesOf(25 * MIB + 1))),
        413,
        "A file must not exceed 25 MiB.",
      ],
      "more than 100 parts": [
        () => formOf(token(), ...Array.from({ length: 99 }, () => filePart("f"))),
        413,
        "The form must not have more than 100 parts.",
      ],
      "no file": [() => formOf(token(), filePart("", "")), 400, "The form contains no file."],
      "a name that ends in a slash": [() => formOf(token(), filePart("a/")), 400, "The name is empty."],
      "a file in base64": [
        () => formOf(token(), part(`${NAMED}; filename="f"\r\nContent-Transfer-Encoding: base64`, "eA==")),
        415,
        "The Content-Transfer-Encoding “base64” of a part is not supported.".replaceAll(/[“”]/g, "&quot;"),
      ],
      "several files in one part": [
        () => formOf(token(), part(`${NAMED}\r\nContent-Type: multipart/mixed; boundary=c`)),
        415,
        "Send each file as a part of the form itself.",
      ],
      "an end that is missing": [() => formOf(token(), filePart("f")).subarray(0, -8), 400, "The body ends"],
    };
  test.each(Object.entries(refused))("with %s shows the page with what was wrong", async (_, [form, status, why]) => {
    const response = await post(form());
    expect(response.status).toBe(status);
    const shown = await response.text();
    expect(shown).toContain(why);
    expect(shown).toContain('<form class="upload"');
    await expectNothingStored();
  });

  test("refuses more than 100 MiB that it claims, another type, and a first field without an end", async () => {
    expect((await post(unreadable(), { "Content-Length": `${100 * MIB + 1}` })).status).toBe(413);
    expect((await post(unreadable(), { "Content-Type": "application/x-www-form-urlencoded" })).status).toBe(415);
    expect((await post(formOf(token("x".repeat(1025)), filePart("f")))).status).toBe(413);
    expect((await post(formOf(part("no header")))).status).toBe(400);
    await expectNothingStored();
  });

  test("counts 100 MiB as they arrive", async () => {
    async function* endless() {
      yield token();
      for (;;) yield filePart("f", bytesOf(20 * MIB));
    }
    const response = await post(streamFrom(endless()));
    expect(response.status).toBe(413);
    expect(await response.text()).toContain("The body must not exceed 100 MiB.");
    await expectNothingStored();
  });

  test("carries the token in its form, before the file", async () => {
    const [, form = ""] = /<form class="upload"([\s\S]*?)<\/form>/.exec(await page()) ?? [];
    expect(form).toMatch(/action="\/files" enctype="multipart\/form-data"/);
    expect(form).toMatch(new RegExp(`name="csrf" value="${browser.csrf}"[\\s\\S]*type="file"`));
  });
});

describe("the list", () => {
  test("says that there is nothing yet, and is in the navigation", async () => {
    expect(await page()).toMatch(/<a href="\/files" aria-current="page">Files<\/a>[\s\S]*No files yet\./);
  });

  test("says so only without files, also in a text browser, and shows it no empty row and no drop target", async () => {
    const textOf = async (path?: string) => plainText(await page(path));
    expect(await textOf()).toContain("No files yet.");
    const file = await storeFile(me, "tea.txt", "x");
    const text = await textOf();
    expect(text).toContain("tea.txt");
    expect(text).not.toMatch(/No files|Retry|Cancel|drop/);
    // For HTMX, which may remove the last item.
    expect(await page()).toContain(' id="files" data-empty="No files yet.');
    await storeFile(me, "toast.txt", "x");
    const first = await page("/files?limit=1");
    expect(first).toContain(' id="files" data-empty="No files on this page."');
    const [, older] = /href="(\/files\?[^"]*cursor=[^"]*)"/.exec(first) ?? [];
    await submit(browser, `${file.url}/delete`, {});
    expect(await textOf(older?.replaceAll("&amp;", "&"))).toContain("No files on this page.");
  });

  test("leads to older files and back", async () => {
    const parts = Array.from({ length: 21 }, (_, i) => filePart(`file ${i}.txt`));
    await upload(...parts);
    const [, older = ""] = /href="(\/files\?cursor=[^"]*)"/.exec(await page()) ?? [];
    const shown = await page(older);
    expect(shown).toMatch(/<a href="\/files">Newest files<[\s\S]*file 0\.txt</);
    expect(shown).not.toContain("file 1.txt");
    expect((await open("/files?cursor=x")).status).toBe(400);
  });

  test("has only the user's own files", async () => {
    const theirs = await storeFile(await createAccount(), "theirs.txt", "x");
    const mine = await storeFile(me, "mine.txt", "x");
    const shown = await page();
    expect([shown.includes("mine.txt"), shown.includes("theirs.txt")]).toEqual([true, false]);
    expect((await open(`/files/${theirs.id}/row`)).status).toBe(404);
    const row = await page(`/files/${mine.id}/row`);
    expect(row).toMatch(/^<li [\s\S]*<\/li>$/);
    expect(shown).toContain(row);
  });

  test("shows small images that are safe, in a place that is kept for them, and the kind of other files", async () => {
    const gif = (size: number) => Buffer.concat([GIF, bytesOf(size - GIF.byteLength)]);
    const small = await storeFile(me, "a.gif", GIF);
    await storeFile(me, "b.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>', { "Content-Type": "image/svg+xml" });
    await storeFile(me, "c.gif", "no image", { "Content-Type": "image/gif" });
    await storeFile(me, "d.txt", "text", { "Content-Type": "text/plain" });
    const medium = await storeFile(me, "e.gif", gif(64 * KIB));
    const large = await storeFile(me, "f.gif", gif(64 * KIB + 1));
    const unnamed = await storeFile(me, "photo", gif(64 * KIB + 1));
    await storeFile(me, "no kind", bytesOf(10));
    const shown = await page();
    const image = ({ url }: { url: string }, name: string) =>
      `<img src="${url}?inline=1" alt="Preview of ${name}" width="40" height="40" loading="lazy" decoding="async">`;
    expect(shown.match(/<img src="\/files[^>]*>/g)).toEqual([image(medium, "e.gif"), image(small, "a.gif")]);
    for (const [{ url }, name] of [
      [large, "f.gif"],
      [unnamed, "photo"],
    ] as const)
      expect(shown).toContain(`<a class="preview" href="${url}?inline=1" aria-label="Show ${name} (gif)">gif</a>`);
    const kinds = [...shown.matchAll(/<span class="preview" aria-hidden="true">(.*?)<\/span>/g)].map(
      ([, kind]) => kind,
    );
    expect(kinds).toEqual(["", "txt", "gif", "svg"]);
    expect((await open(`${small.url}?inline=1`)).headers.get("Content-Type")).toBe("image/gif");
  });

  const names = HOSTILE.map((name) => name.replaceAll("/", "∕").replace(/[\r\n\u202e\u2066]/g, ""));
  test("shows any name unchanged", async () => {
    for (const name of names) {
      expect(fileName.safeParse(name).success).toBe(true);
      const file = await storeFile(me, name, "x");
      const shown = await page();
      expect(shown).toContain(`download>${escaped(file.name)}</a>`);
      expect(shown).toContain(`Delete <bdi>${escaped(file.name)}</bdi>`);
      await expectHarmless(shown);
      const deleted = await submit(browser, `${file.url}/delete`, {});
      expect(deleted.status).toBe(303);
      expect(await page()).toContain(`“${escaped(file.name)}” was deleted.`);
    }
    const image = await storeFile(me, '"><b onload=x>.gif', GIF);
    expect(await page(`${image.url}/row`)).toContain('alt="Preview of &quot;&gt;&lt;b onload=x&gt;.gif"');
  });
});

describe("POST /files/:id/delete", () => {
  test("removes the file and its object, and says so", async () => {
    await storeFile(me, "kept.txt", "x");
    const file = await storeFile(me, "gone.txt", "x");
    const response = await submit(browser, `${file.url}/delete`, {});
    expect([response.status, response.headers.get("Location")]).toEqual([303, "/files"]);
    expect(await page()).toMatch(/“gone\.txt” was deleted\.[\s\S]*kept\.txt/);
    expect((await submit(browser, `${file.url}/delete`, {})).status).toBe(404);
    await expectInOrder(1);
  });

  test("is 404 for another's file, and 403 without the token or from another site", async () => {
    const theirs = await storeFile(await createAccount(), "theirs.txt", "x");
    expect((await submit(browser, `${theirs.url}/delete`, {})).status).toBe(404);
    const mine = await storeFile(me, "mine.txt", "x");
    expect((await submit(browser, `${mine.url}/delete`, { csrf: "" })).status).toBe(403);
    const foreign = {
      headers: { ...browser.headers, "Sec-Fetch-Site": "cross-site" as "same-origin" },
      csrf: browser.csrf,
    };
    expect((await submit(foreign, `${mine.url}/delete`, {})).status).toBe(403);
    await expectInOrder(2);
  });
});

test("the links between pages keep the limit", async () => {
  for (const name of ["a", "b", "c"]) await storeFile(me, name, name);
  const queries = await followPager((query) => page(`/files${query}`), "?limit=1");
  expect(queries).toHaveLength(4);
  for (const query of queries) expect(new URLSearchParams(query).get("limit")).toBe("1");
  expect(await page("/files")).not.toContain("limit");
});
