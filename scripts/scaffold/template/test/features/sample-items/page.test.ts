/** The page of sample items, as a browser without scripts uses it. */
import { beforeEach, describe, expect, test } from "vitest";
import { type Browser, createAccount, openBrowser, send, submit } from "../../harness.ts";
import { escaped, expectHarmless, HOSTILE } from "../../hostile-text.ts";

/** A new user for each test, signed in with a browser. */
let browser: Browser;
beforeEach(async () => {
  browser = await openBrowser(await createAccount());
});

const open = async (query = "") => (await send(`/sample-items${query}`, { headers: browser.headers })).text();
const add = (title: string) => submit(browser, "/sample-items", { title });

async function idOfNewest(): Promise<string> {
  const [, id = ""] = /action="\/sample-items\/([^/"]+)\/delete"/.exec(await open()) ?? [];
  return id;
}

test("the form adds a sample item and redirects to the list, which shows a message once", async () => {
  const response = await add("First");
  expect([response.status, response.headers.get("Location")]).toEqual([303, "/sample-items"]);
  expect(await open()).toMatch(/“First” was added\.[\s\S]*<h3[^>]*>First<\/h3>/);
  expect(await open()).not.toContain("was added");
});

test("a form that is submitted again adds nothing; with another title, it adds another sample item", async () => {
  const submission = crypto.randomUUID();
  for (const title of ["First", "First", "Second"]) {
    expect((await submit(browser, "/sample-items", { submission, title })).status).toBe(303);
  }
  expect((await open()).match(/<h3[^>]*>(First|Second)<\/h3>/g)).toHaveLength(2);
});

test("a refused form keeps its submission id, and a form without one gets a new id", async () => {
  const submission = crypto.randomUUID();
  const refused = await submit(browser, "/sample-items", { submission, title: "" });
  expect(await refused.text()).toContain(`name="submission" value="${submission}"`);
  const incomplete = await submit(browser, "/sample-items", { submission: "", title: "First" });
  expect(incomplete.status).toBe(400);
  expect(await incomplete.text()).toMatch(/name="submission" value="[0-9a-f-]{36}"[\s\S]*value="First"/);
});

test("a refused form is shown again with 400, its error and its input", async () => {
  const long = "t".repeat(201);
  const response = await add(long);
  expect(response.status).toBe(400);
  expect(await response.text()).toMatch(new RegExp(`The title is longer than 200 characters[\\s\\S]*value="${long}"`));
});

test("deletion asks for confirmation", async () => {
  await add("First");
  const path = `/sample-items/${await idOfNewest()}/delete`;
  expect(await (await submit(browser, path, {})).text()).toContain("Delete “First”?");
  const response = await submit(browser, path, { confirmed: "yes" });
  expect([response.status, response.headers.get("Location")]).toEqual([303, "/sample-items"]);
  expect(await open()).toMatch(/“First” was deleted\.[\s\S]*No sample items yet/);
});

test("another user's sample item cannot be deleted", async () => {
  await add("First");
  const stranger = await openBrowser(await createAccount());
  const response = await submit(stranger, `/sample-items/${await idOfNewest()}/delete`, { confirmed: "yes" });
  expect(response.status).toBe(404);
  expect(await open()).toContain("First");
});

test("a form without the session's token is refused", async () => {
  const response = await submit(browser, "/sample-items", { title: "Forged", csrf: "forged" });
  expect(response.status).toBe(403);
  expect(await open()).not.toContain("Forged");
});

test("the list links to older sample items", async () => {
  for (let count = 0; count < 21; count++) await add(`Number ${count}.`);
  const [, query = ""] = /href="\/sample-items(\?[^"]*)">Older/.exec(await open()) ?? [];
  expect(await open(query)).toContain("Number 0.");
});

test("an invalid query is refused with 400, as a page", async () => {
  const response = await send("/sample-items?limit=0", { headers: browser.headers });
  expect([response.status, response.headers.get("Content-Type")]).toEqual([400, "text/html; charset=utf-8"]);
});

describe.each(HOSTILE)("the title %j", (hostile) => {
  test("is shown escaped", async () => {
    await add(hostile);
    const text = await open();
    await expectHarmless(text);
    expect(text.replaceAll("\r", "")).toContain(escaped(hostile.trim().replaceAll("\r", "")));
  });
});
