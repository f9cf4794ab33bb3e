/** Registering by form with curl, as text browsers do: they send `Referer`, and neither `Origin` nor `Sec-Fetch-Site`. */
import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newAddress } from "../../client.ts";
import { curl } from "../../curl.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";

let worker: RunningWorker;
let url: URL;
let folder: string;
beforeAll(async () => {
  worker = await startWorker();
  url = await worker.url();
  folder = await mkdtemp(join(tmpdir(), "candor-curl-"));
});
afterAll(async () => {
  await worker.stop();
  await rm(folder, { recursive: true, force: true });
});

const COOKIES = ["--cookie", "cookies", "--cookie-jar", "cookies"];
const headersOf = (headers: Readonly<Record<string, string>>) =>
  Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}: ${value}`]);

function register(headers: Readonly<Record<string, string>>) {
  const fields = { name: "Text Browser", email: `${randomUUID()}@example.com`, password: "correct-horse-battery-1" };
  const data = Object.entries({ csrf: "", ...fields }).flatMap(([name, value]) => ["--data", `${name}=${value}`]);
  return curl(folder, ...COOKIES, ...headersOf({ ...newAddress(), ...headers }), ...data, `${url}register`);
}

test("a form of our page is accepted with Referer alone, and the cookie signs in", async () => {
  const response = await register({ Referer: `${url}register` });
  expect([response.status, response.body.toString()]).toEqual([303, ""]);
  const next = new URL(response.headers.get("Location") ?? "", url);
  const page = await curl(folder, ...COOKIES, ...headersOf(newAddress()), next.href);
  expect(page.status).toBe(200);
  expect(page.body.toString()).toMatch(/Text Browser[\s\S]*Sign out/);
});

test.each<Record<string, string>>([
  {},
  { Referer: "https://evil.example/register" },
  { Referer: "https://candor.test.evil.example/" },
  { Origin: "null", Referer: "https://candor.test/register" },
])("a form with %j is refused", async (headers) => {
  expect((await register(headers)).status).toBe(403);
});
