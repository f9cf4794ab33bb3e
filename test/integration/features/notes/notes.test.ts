/** What the API and the page promise about notes, on the built Worker: durability and concurrency among them. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Browser, type Client, openBrowser, signUp } from "../../client.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";
import { postNote } from "./post-note.ts";

let worker: RunningWorker;
let client: Client;
let browser: Browser;
beforeAll(async () => {
  worker = await startWorker();
  client = await signUp(worker);
  browser = await openBrowser(worker);
});
afterAll(() => worker.stop());

async function createNote(note: object): Promise<string> {
  const response = await postNote(worker, client, note);
  expect(response.status).toBe(201);
  return response.headers.get("Location") ?? "";
}

function readNote(path: string) {
  return worker.fetch(path, { headers: client.headers });
}

function patchNote(path: string, ifMatch: string, patch: object) {
  const headers = { ...client.headers, "Content-Type": "application/json", "If-Match": ifMatch };
  return worker.fetch(path, { method: "PATCH", headers, body: JSON.stringify(patch) });
}

test("a note, and the ETag and the access token that its client holds, survive a restart", async () => {
  const path = await createNote({ title: "Kept", body: "through a restart" });
  const before = await readNote(path);
  const [etag, note] = [before.headers.get("ETag") ?? "", await before.json()];

  await worker.restart();

  const after = await readNote(path);
  expect(after.headers.get("ETag")).toBe(etag);
  expect(await after.json()).toEqual(note);
  const patched = await patchNote(path, etag, { title: "Changed" });
  expect([patched.status, patched.headers.get("ETag")]).toEqual([200, '"v2"']);
  expect((await patchNote(path, etag, { title: "Too late" })).status).toBe(412);
  expect(await (await readNote(path)).json()).toMatchObject({ title: "Changed", body: "through a restart" });
});

test("of 50 concurrent changes to one version, one is made and 49 are told 412", async () => {
  const path = await createNote({ title: "Wanted by all" });
  const attempts = Array.from({ length: 50 }, (_, n) => patchNote(path, '"v1"', { title: `Mine: ${n}` }));
  const responses = await Promise.all(attempts);

  const won = responses.findIndex(({ status }) => status === 200);
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(responses.filter(({ status }) => status === 412)).toHaveLength(49);
  const note = await readNote(path);
  expect(note.headers.get("ETag")).toBe('"v2"');
  expect(await note.json()).toMatchObject({ title: `Mine: ${won}` });
});

test("the form leads back to the notes, and their page shows the note as it was typed and runs none of it", async () => {
  const title = `<script>alert(1)</script> "double" 'single' & more`;
  const posted = await browser.submit("/notes", { title, body: "</p><img src=x onerror=alert(2)>" });
  expect([posted.status, posted.headers.get("Location")]).toEqual([303, "/notes"]);

  const page = await (await browser.open("/notes")).text();
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(page).not.toMatch(/<script>|<img src=x/);
  expect(unescapeHtml(page)).toContain(`>${title}</a>`);
});

test("the form's fields stay inside their attributes when the note is refused", async () => {
  const fields = { title: `" onfocus="alert(1)" x='${"x".repeat(200)}`, body: "</textarea><b>" };
  const response = await browser.submit("/notes", fields);
  const page = await response.text();
  expect(response.status).toBe(400);
  expect(page).not.toMatch(/" onfocus="|<\/textarea><b>/);
  expect(page).toContain("&quot; onfocus=&quot;");
});

test("a page's policy allows our own style and nothing unsafe", async () => {
  const policy = (await browser.open("/notes")).headers.get("Content-Security-Policy");
  expect(policy).toMatch(/^default-src 'none'; style-src 'self'; /);
  expect(policy).not.toContain("unsafe-");
});

function unescapeHtml(text: string): string {
  const characters: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => characters[name] ?? "");
}
