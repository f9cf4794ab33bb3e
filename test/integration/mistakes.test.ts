/** Mistakes that are saved while `wrangler dev` runs: it prints what is wrong, and goes on when they are corrected. */
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { copyWithThings, type DevServer, serve } from "./dev-server.ts";
import { ANONYMOUS_GUARD, expectMessage, KINDS, type Mistake, THINGS } from "./mistakes.ts";

const SHOWN = { timeout: 20_000, interval: 50 };

let checkout: string;
let server: Omit<DevServer, "checkout">;
let good = "";
let printed = "";

/** The lines that the build step has printed since the last save. */
function printedByBuild(): string {
  const lines = printed.split("\n").filter((line) => line.startsWith("[custom build] "));
  return lines.map((line) => line.slice("[custom build] ".length)).join("\n");
}

async function save(text: string): Promise<void> {
  printed = "";
  await writeFile(join(checkout, THINGS), text);
}

/** Waits for the message, after which nothing else is printed. */
async function expectPrinted(mistake: Pick<Mistake, "printed">): Promise<void> {
  await vi.waitFor(() => expect(printedByBuild()).toContain("Correct it and save."), SHOWN);
  expectMessage(printedByBuild(), mistake);
  expect(printed).not.toContain("ERROR");
}

beforeAll(async () => {
  checkout = await copyWithThings();
  good = await readFile(join(checkout, THINGS), "utf8");
  await save(`${good}\nthrow new Error("Too early");\n`);
  const starting = serve(checkout, (text) => {
    printed += text;
  });
  try {
    await expectPrinted({ printed: ["Error: Too early"] });
  } finally {
    await save(good);
    server = await starting;
  }
});
afterAll(async () => {
  await server?.stop();
  await rm(checkout, { recursive: true, force: true });
});

test.each([...KINDS, ANONYMOUS_GUARD])("with $name, requests wait until it is corrected", async (mistake) => {
  await save(mistake.make(good));
  await expectPrinted(mistake);

  const text = fetch(`${server.origin}/things/about`).then((response) => response.text());
  expect(await Promise.race([text, sleep(300, "waits")])).toBe("waits");

  const corrected = good.replace("<h1>About</h1>", `<h1>After ${mistake.name}</h1>`);
  await save(corrected);
  expect(await text).toContain(`<h1>After ${mistake.name}</h1>`);
});
