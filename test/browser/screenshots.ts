/**
 * Takes the screenshots of `.github/screenshots`: `npm run screenshots`. Serves a fresh checkout with the data of
 * `samples.ts`, and opens each page of the app at two widths, light and dark. Arguments are the names of pages;
 * without any, it opens all.
 */
import { rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { loadApp } from "../../scripts/load-app.ts";
import { projectRoot } from "../integration/build.ts";
import { copyCheckout } from "../integration/checkout.ts";
import { serve } from "../integration/dev-server.ts";
import { startChromium } from "./chromium.ts";
import { addSamples, type Samples, type Shot } from "./samples.ts";

const FOLDER = join(projectRoot, ".github/screenshots");
const SIZES = [
  { width: 360, height: 780 },
  { width: 1440, height: 900 },
];
const SCHEMES = ["light", "dark"] as const;

/** Pages that visitors see. */
const PUBLIC = ["front", "login"];

const isShown = `Promise.all([...document.images].map((image) => {
  const { top, bottom } = image.getBoundingClientRect();
  return bottom < 0 || top > innerHeight || image.decode();
})).then(() => document.fonts.ready).then(() => true)`;

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
await takeScreenshots(process.argv.slice(2));

async function takeScreenshots(names: readonly string[]): Promise<void> {
  const browser = await startChromium();
  const checkout = await copyCheckout();
  // Also after Ctrl+C, which runs no `finally`.
  process.once("exit", () => rmSync(checkout, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }));
  try {
    const { context, shots: samples } = await prepare(checkout);
    const shots = chooseShots({ ...(await findPages()), ...samples }, names);
    const server = await serve(checkout);
    try {
      await mkdir(FOLDER, { recursive: true });
      for (const viewport of SIZES) {
        const looks = SCHEMES.map((colorScheme) => ({ viewport, colorScheme, baseURL: server.origin }));
        await Promise.all(looks.map((look) => shootAll(browser, look, context.ada.session, shots)));
      }
      console.log(`${shots.length * SIZES.length * SCHEMES.length} screenshots are in .github/screenshots.`);
    } finally {
      await server.stop();
    }
  } finally {
    await browser.close();
  }
}

/** @throws If a page is unknown. */
function chooseShots(shots: Record<string, Shot>, names: readonly string[]): [string, Shot][] {
  const unknown = names.filter((name) => !(name in shots));
  if (unknown.length > 0)
    throw new Error(`Unknown pages: ${unknown.join(", ")}. The pages are ${Object.keys(shots).sort().join(", ")}.`);
  return Object.entries(shots).filter(([name]) => names.length === 0 || names.includes(name));
}

/** Fills the storage of the app, and stops the app. */
async function prepare(checkout: string): Promise<Samples> {
  const server = await serve(checkout);
  const samples = await addSamples(server.origin, checkout).finally(server.stop);
  samples.age();
  return samples;
}

/** The pages of the navigation, those with a path that the app knows by name, and an address without a route. */
async function findPages(): Promise<Record<string, Shot>> {
  const { facts } = await loadApp();
  const { home, signIn, account, policy, docs, styleguide } = facts.paths;
  const named = { front: home, login: signIn, account, policy, docs, styleguide, "not-found": "/no/such/page" };
  const pages = facts.navigation.map(({ label, path }): [string, Shot] => [label.toLowerCase(), { path }]);
  const others = Object.entries(named).flatMap(([name, path]): [string, Shot][] => (path ? [[name, { path }]] : []));
  return Object.fromEntries([...pages, ...others]);
}

interface Look {
  readonly viewport: (typeof SIZES)[number];
  readonly colorScheme: (typeof SCHEMES)[number];
  readonly baseURL: string;
}

async function shootAll(
  browser: Browser,
  look: Look,
  session: string,
  shots: readonly (readonly [string, Shot])[],
): Promise<void> {
  const open = () =>
    browser.newContext({ ...look, locale: "en-GB", timezoneId: zoneWhereItIs(15), reducedMotion: "reduce" });
  const [visitor, user] = [await open(), await open()];
  await user.addCookies([{ name: "session", value: session, url: look.baseURL }]);
  for (const [name, shot] of shots) {
    await shoot(PUBLIC.includes(name) ? visitor : user, shot, fileOf(name, look));
  }
  await visitor.close();
  await user.close();
}

async function shoot(context: BrowserContext, { path, ready }: Shot, file: string): Promise<void> {
  const page = await context.newPage();
  await page.goto(path);
  await ready?.(page);
  await page.evaluate(isShown);
  await moveAway(page);
  await page.screenshot({ path: file });
  await page.close();
}

/** Moves the pointer away, so that no element is shown as hovered. */
async function moveAway(page: Page): Promise<void> {
  await page.mouse.move(0, 0);
}

function fileOf(name: string, { viewport, colorScheme }: Look): string {
  return join(FOLDER, `${name}-${viewport.width}-${colorScheme}.png`);
}

/** A time zone in which it is that hour, so that the times of today and yesterday are the same in every run. */
function zoneWhereItIs(hour: number): string {
  const offset = ((hour - new Date().getUTCHours() + 36) % 24) - 12;
  // The signs of these zones are inverted.
  return offset === 0 ? "Etc/GMT" : `Etc/GMT${offset > 0 ? "-" : "+"}${Math.abs(offset)}`;
}
