import { expect, test } from "vitest";
import { offerPage, orderPages, pagesFor, startPath } from "../../../src/web/pages/navigation.ts";
import { createAccount, openBrowser, send } from "../../harness.ts";

const labels = (role: "user" | "admin" | undefined) => pagesFor(role).map(({ label }) => label);

test("who is signed in begins at the first page for users, in the order of the routes", () => {
  expect(startPath()).toBe("/notes");
  offerPage({ label: "Early", path: "/early", for: "user" });
  offerPage({ label: "Secret", path: "/secret", for: "admin" });
  offerPage({ label: "Open", path: "/open", for: "anyone" });
  const first = ["/open", "/secret", "/early"];
  orderPages([...first, ...pagesFor("admin").map(({ path }) => path)].map((path) => ({ path })));
  expect(startPath()).toBe("/early");
  expect(labels(undefined)).toEqual(["Open", "Live"]);
  expect(labels("user").slice(0, 2)).toEqual(["Open", "Early"]);
  expect(labels("admin").slice(0, 3)).toEqual(["Open", "Secret", "Early"]);
});

test("the head of a page names who is signed in, leads to the pages, and says which one is shown", async () => {
  const { headers } = await openBrowser(await createAccount({ name: "Grace" }));
  const page = await (await send("/notes", { headers })).text();
  expect(page).toContain('<a href="/notes" aria-current="page">Notes</a>');
  expect(page).toContain('<a href="/account">Grace</a>');
  expect(page).not.toContain("Secret");
  expect(await (await send("/login")).text()).toContain('<a href="/login" aria-current="page">Sign in</a>');
});
