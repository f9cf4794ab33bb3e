import { createExecutionContext, env } from "cloudflare:test";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import * as z from "zod";
import { setup, standardValidator } from "../../../src/http/index.ts";
import { requireHashingCapacity } from "../../../src/identity/guards/require-hashing-capacity.ts";
import { factsOf } from "../../../src/web/guard-facts.ts";
import { requireForm } from "../../../src/web/guards/require-form.ts";
import { route } from "../../../src/web/scope.ts";
import { supplyLocals } from "../../../src/web/supply-locals.ts";

const requireLogin = requireForm(1000, z.object({ password: z.string() }));
const app = setup({
  onRequest: supplyLocals,
  validator: standardValidator,
  handlers: [
    route.post("/", {
      guards: [requireHashingCapacity],
      request: { body: z.object({ password: z.string() }) },
      resolve: () => new Response("hashed"),
    }),
    route.post("/form", {
      guards: [requireLogin, requireHashingCapacity],
      resolve: () => new Response("hashed"),
    }),
  ],
});

function send(body: BodyInit = '{"password":"p"}', path = "/"): Promise<Response> {
  const request = new Request(`http://localhost${path}`, { method: "POST", body });
  return app.fetch(request, env, createExecutionContext());
}

const ask = async (...sent: Parameters<typeof send>) => (await send(...sent)).status;

/** What the guard waits for, in milliseconds: here no time passes but what a test lets pass. */
const wait = vi.spyOn(scheduler, "wait").mockResolvedValue();
const waits = () => wait.mock.calls.map(([ms]) => ms);
const later = (ms: number) => vi.setSystemTime(Date.now() + ms);

let day = Date.UTC(2030, 0, 1);
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] });
  day += 24 * 60 * 60 * 1000;
  vi.setSystemTime(day);
});
afterEach(() => {
  vi.useRealTimers();
  wait.mockReset().mockResolvedValue();
});

test("who comes alone does not wait", async () => {
  expect([await ask(), waits()]).toEqual([200, [0]]);
  later(150);
  expect([await ask(), waits()]).toEqual([200, [0, 0]]);
});

test("of 60 that come at once, each gets a turn of its own, and those who would wait over two seconds none", async () => {
  const statuses = await Promise.all(Array.from({ length: 60 }, () => ask()));
  const turns = waits().map(Number);
  expect(turns.every((turn, index) => turn === (index === 0 ? 0 : Number(turns[index - 1]) + 150))).toBe(true);
  expect(turns.at(-1)).toBeLessThanOrEqual(2000);
  expect(Number(turns.at(-1)) + 150).toBeGreaterThan(2000);
  expect(statuses.filter((status) => status === 200)).toHaveLength(turns.length);
  expect(statuses.filter((status) => status === 503)).toHaveLength(60 - turns.length);
});

test("a denial comes at once, with Retry-After, and takes nobody's turn", async () => {
  await Promise.all(Array.from({ length: 30 }, () => ask()));
  const given = wait.mock.calls.length;
  const response = await send();
  expect([response.status, response.headers.get("Retry-After"), wait.mock.calls.length]).toEqual([503, "5", given]);
  later(150);
  expect([await ask(), await ask()]).toEqual([200, 503]);
});

test.each([
  [2000, 200],
  [2001, 503],
])("whose turn comes %i ms late is answered %i", async (lateMs, status) => {
  wait.mockImplementation(async () => {
    later(lateMs);
  });
  expect(await ask()).toBe(status);
});

test.each<[what: string, body: BodyInit, path: string]>([
  ["JSON", "{}", "/"],
  ["a form", new URLSearchParams({ name: "n" }), "/form"],
])("%s that does not fit takes no turn: nothing will be hashed", async (_, body, path) => {
  expect([await ask(body, path), waits()]).toEqual([200, []]);
});

test("a form that fits takes its turn", async () => {
  expect([await ask(new URLSearchParams({ password: "p" }), "/form"), waits()]).toEqual([200, [0]]);
});

test("a clock that is set back keeps nobody out", async () => {
  await Promise.all(Array.from({ length: 30 }, () => ask()));
  later(-60 * 60 * 1000);
  wait.mockClear();
  expect([await ask(), waits()]).toEqual([200, [0]]);
});

test("the guard states what it denies with", () => expect(factsOf(requireHashingCapacity)).toEqual({ denies: [503] }));
