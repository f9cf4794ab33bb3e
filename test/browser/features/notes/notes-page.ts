/** The page of notes, as its tests use it. */
import type { Page, Route } from "playwright-core";
import { expect } from "vitest";
import { apiOf, origin } from "../../fixture.ts";

export const rows = (page: Page) => page.locator("#note-list > li");
export const row = (page: Page, title: string) => rows(page).filter({ hasText: title });
export const titles = (page: Page) => rows(page).locator(".title").allTextContents();
export const composer = (page: Page) => page.getByRole("form", { name: "New note" });
export const editor = (page: Page) => page.getByRole("form", { name: "Edit the note" });
export const search = (page: Page) => page.getByLabel("Search the notes");

/** Adds a note by the form, which stays open. */
export async function add(page: Page, title: string, body = ""): Promise<void> {
  await page.getByRole("link", { name: "New note" }).click();
  await composer(page).getByLabel("Title").fill(title);
  await composer(page).getByLabel("Text").fill(body);
  await composer(page).getByRole("button", { name: "Add note" }).click();
  await row(page, title).first().waitFor();
}

/** Makes a note without the page. */
export async function make(page: Page, title: string, body = ""): Promise<string> {
  const response = await apiOf(page)["POST /api/notes"]({ body: { title, body } });
  if (response.status !== 201) throw new Error(`The note was not created: ${response.status}`);
  return response.body.id;
}

/** Chooses from the menu of a row. */
export async function choose(page: Page, action: "Edit" | "Delete", title: string): Promise<void> {
  await page.getByRole("button", { name: `Actions: ${title}` }).click();
  await page.getByRole(action === "Edit" ? "link" : "button", { name: `${action} ${title}` }).click();
}

/** Opens a note by its row. */
export async function openNote(page: Page, title: string): Promise<void> {
  await rows(page).getByRole("link", { name: title, exact: true }).click();
  await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
}

/** Leaves the open note for the list, which is another page. */
export async function closeNote(page: Page): Promise<void> {
  await page.getByRole("link", { name: "All notes" }).click();
  // Waits until the scripts of that page have run.
  await page.waitForURL(/\/notes(\?|$)/);
  await page.getByRole("heading", { level: 1, name: "Notes" }).waitFor();
}

/** The element with the focus, by its text or name. */
export async function expectFocus(page: Page, name: string): Promise<void> {
  const focused = `(({ activeElement: element }) =>
    element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ??
    document.getElementById(element.getAttribute("aria-labelledby"))?.textContent ?? element.textContent.trim())(document)`;
  await expect.poll(() => page.evaluate<string>(focused)).toBe(name);
}

/** Types a new note, whose form stays open. */
export async function write(page: Page, title: string, text: string): Promise<void> {
  await page.getByRole("link", { name: "New note" }).click();
  await composer(page).getByLabel("Title").fill(title);
  await composer(page).getByLabel("Text").fill(text);
}

/** Types another text for a note, in its editor. */
export async function edit(page: Page, id: string, text: string): Promise<void> {
  await page.goto(`/notes/${id}?edit`);
  await editor(page).getByLabel("Text").fill(text);
}

/** The server handles the next form for this path, but its response is lost. */
export function loseResponse(page: Page, path: string): Promise<void> {
  return routeForm(page, path, async (route) => {
    await route.fetch();
    await route.abort();
  });
}

/** The next form for this path does not reach the server. */
export function loseRequest(page: Page, path: string): Promise<void> {
  return routeForm(page, path, (route) => route.abort());
}

/** The next form for this path waits on its way to the server. @returns A function that lets it go on. */
export async function delayRequest(page: Page, path: string): Promise<() => void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  await routeForm(page, path, async (route) => {
    await promise;
    await route.continue();
  });
  return resolve;
}

async function routeForm(page: Page, path: string, handle: (route: Route) => Promise<void>): Promise<void> {
  let isHandled = false;
  await page.route(
    (url) => url.origin === origin && url.pathname === path,
    (route) => {
      if (isHandled || route.request().method() !== "POST") return route.fallback();
      isHandled = true;
      return handle(route);
    },
  );
}
