/** How many requests a page causes: without anything in the browser's cache, and when it is opened again. */
import type { Page } from "playwright-core";
import { expect } from "vitest";
import { facts } from "../app.ts";
import { origin, test } from "./fixture.ts";

const MAX_COLD = 7;

const pages = [...facts.navigation.map(({ path }) => path), facts.paths.account, facts.paths.signIn].filter(
  (path) => path !== undefined,
);

interface SentRequest {
  readonly path: string;
  /** `Document`, `Stylesheet`, `Script`, `Image`, `EventSource` … */
  readonly type: string;
  /** What made the browser send it: `script` for a script that had to be loaded before. */
  readonly cause: string;
}

/** Opens a page, and lists the requests that reached the network. */
async function requestsOf(page: Page, path: string): Promise<readonly SentRequest[]> {
  const session = await page.context().newCDPSession(page);
  const sent = new Map<string, SentRequest>();
  session.on("Network.requestWillBeSent", ({ requestId, request, type = "", initiator }) => {
    sent.set(requestId, { path: request.url.replace(origin, ""), type, cause: initiator.type });
  });
  session.on("Network.requestServedFromCache", ({ requestId }) => sent.delete(requestId));
  session.on("Network.responseReceived", ({ requestId, response }) => {
    if (response.fromDiskCache || response.fromPrefetchCache) sent.delete(requestId);
  });
  await session.send("Network.enable");
  await page.goto(path);
  // Imports, images of stylesheets and streams are requested after the page has loaded.
  await page.waitForTimeout(1000);
  await session.detach();
  return [...sent.values()];
}

test.for(pages)("%s causes few requests, and only one when it is opened again", async (path, { open }) => {
  const page = await open({ as: path === facts.paths.signIn ? "stranger" : "admin" });
  const cold = await requestsOf(page, path);
  // A browser with a window requests the icon, too, if the page does not show it.
  const icon = (await page.locator("link[rel=icon]").getAttribute("href")) ?? "";
  const addresses = new Set([...cold.map((request) => request.path), icon]);
  expect([...addresses].length, [...addresses].join("\n")).toBeLessThanOrEqual(MAX_COLD);
  // The page names all modules, so none is found only when another has been loaded.
  expect(cold.filter(({ type, cause }) => type === "Script" && cause === "script")).toEqual([]);

  const warm = await requestsOf(await openAgain(page), path);
  // A stream is no file: it begins anew with each page.
  expect(warm.filter(({ type }) => type !== "EventSource")).toMatchObject([{ type: "Document" }]);
});

/** Another page of the same browser, whose cache in memory is empty. */
async function openAgain(page: Page): Promise<Page> {
  await page.close();
  return page.context().newPage();
}
