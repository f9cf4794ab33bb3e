/** What the API and the page promise about notes, on the built Worker: durability and concurrency among them. */
import { URLSearchParams } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type RunningWorker, startWorker } from "../worker.ts";

let worker: RunningWorker;
beforeAll(async () => {
  worker = await startWorker();
});
afterAll(() => worker.stop());

const JSON_TYPE = { "Content-Type": "application/json" };

async function createNote(note: object): Promise<string> {
  const response = await worker.fetch("/api/notes", { method: "POST", headers: JSON_TYPE, body: JSON.stringify(note) });
  expect(response.status).toBe(201);
  return response.headers.get("Location") ?? "";
}

function patchNote(path: string, ifMatch: string, patch: object) {
  const headers = { ...JSON_TYPE, "If-Match": ifMatch };
  return worker.fetch(path, { method: "PATCH", headers, body: JSON.stringify(patch) });
}

test("a note, and the ETag its client holds, survive a restart", async () => {
  const path = await createNote({ title: "Kept", body: "through a restart" });
  const before = await worker.fetch(path);
  const [etag, note] = [before.headers.get("ETag") ?? "", await before.json()];

  await worker.restart();

  const after = await worker.fetch(path);
  expect(after.headers.get("ETag")).toBe(etag);
  expect(await after.json()).toEqual(note);
  const patched = await patchNote(path, etag, { title: "Changed" });
  expect([patched.status, patched.headers.get("ETag")]).toEqual([200, '"v2"']);
  expect((await patchNote(path, etag, { title: "Too late" })).status).toBe(412);
  expect(await (await worker.fetch(path)).json()).toMatchObject({ title: "Changed", body: "through a restart" });
});

test("of 50 concurrent changes to one version, one is made and 49 are told 412", async () => {
  const path = await createNote({ title: "Wanted by all" });
  const attempts = Array.from({ length: 50 }, (_, n) => patchNote(path, '"v1"', { title: `Mine: ${n}` }));
  const responses = await Promise.all(attempts);

  const won = responses.findIndex(({ status }) => status === 200);
  expect(responses.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(responses.filter(({ status }) => status === 412)).toHaveLength(49);
  const note = await worker.fetch(path);
  expect(note.headers.get("ETag")).toBe('"v2"');
  expect(await note.json()).toMatchObject({ title: `Mine: ${won}` });
});

test("the form leads back to the notebook, which shows the note as it was typed and runs none of it", async () => {
  const title = `<script>alert(1)</script> "double" 'single' & more`;
  const body = new URLSearchParams({ title, body: "</p><img src=x onerror=alert(2)>" });
  const posted = await worker.fetch("/", { method: "POST", body });
  expect([posted.status, posted.headers.get("Location")]).toEqual([303, "/"]);

  const response = await worker.fetch("/", { headers: { Accept: "text/html" } });
  const page = await response.text();
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  expect(page).not.toMatch(/<script|<img/);
  expect(unescapeHtml(page)).toContain(`<h2>${title}</h2>`);
});

test("the form's fields stay inside their attributes when the note is refused", async () => {
  const body = new URLSearchParams({ title: `" onfocus="alert(1)" x='${"x".repeat(200)}`, body: "</textarea><b>" });
  const response = await worker.fetch("/", { method: "POST", body });
  const page = await response.text();
  expect(response.status).toBe(400);
  expect(page).not.toMatch(/" onfocus="|<\/textarea><b>/);
  expect(page).toContain("&quot; onfocus=&quot;");
});

test("a page's policy names a fresh nonce for its style and allows nothing unsafe", async () => {
  const responses = await Promise.all([worker.fetch("/"), worker.fetch("/")]);
  const policies = responses.map(({ headers }) => headers.get("Content-Security-Policy") ?? "");
  const [page, policy] = [await responses[0]?.text(), policies[0]];
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain("unsafe-");
  expect(page).toContain(`<style nonce="${/'nonce-([^']+)'/.exec(policy ?? "")?.[1]}">`);
  expect(policies[0]).not.toBe(policies[1]);
});

function unescapeHtml(text: string): string {
  const characters: Record<string, string> = { lt: "<", gt: ">", quot: '"', "#39": "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => characters[name] ?? "");
}
