import { createExecutionContext, env } from "cloudflare:test";
import { expect, test } from "vitest";
import * as z from "zod";
import { setup, standardValidator } from "../../../src/http/index.ts";
import {
  createHashingGuard,
  endHashingTurn,
  requireHashingCapacity,
} from "../../../src/identity/guards/require-hashing-capacity.ts";
import { HashingQueue } from "../../../src/identity/passwords/hashing-queue.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { requireForm } from "../../../src/web/guards/require-form.ts";
import { supplyLocals } from "../../supply-locals.ts";
import { useRealHashing } from "../passwords/fast-hashing.ts";

useRealHashing();

const fields = z.object({ password: z.string(), currentPassword: z.string() }).partial();
const requireFields = requireForm(
  1000,
  fields.refine(({ password }) => password !== "refused"),
);

/** Not the real hashes: the queue measures its turns, and on a busy machine would refuse what a test expects to pass. */
const queue = new HashingQueue({ hasher: { verify: () => true, hash: () => "a hash" } });
const guard = createHashingGuard(queue);

/** What the handlers of `/held…` wait for. */
let held = Promise.withResolvers<void>();

const app = setup({
  onRequest: supplyLocals,
  onResponse: endHashingTurn,
  validator: standardValidator,
  onError: ({ error }) => new Response(String(error), { status: 500 }),
  handlers: [
    route.post("/", {
      guards: [guard],
      request: { body: fields },
      resolve: ({ locals }) => new Response(locals.hashing.hash("p")),
    }),
    route.post("/form", {
      guards: [requireFields, guard],
      resolve: ({ locals }) => new Response(locals.hashing.hash("p")),
    }),
    route.post("/no-body", {
      guards: [guard],
      resolve: ({ locals }) => new Response(locals.hashing.hash("p")),
    }),
    route.post("/unused", {
      guards: [guard],
      request: { body: fields },
      resolve: () => new Response("no hash"),
    }),
    route.post("/held", {
      guards: [guard],
      request: { body: fields },
      resolve: async ({ locals }) => {
        await held.promise;
        return new Response(locals.hashing.hash("p"));
      },
    }),
    route.post("/held-unused", {
      guards: [guard],
      request: { body: fields },
      resolve: async () => {
        await held.promise;
        return new Response("no hash");
      },
    }),
    route.post("/unguarded", {
      // @ts-expect-error Without the guard there is nothing to hash with.
      resolve: ({ locals }) => new Response(locals.hashing.hash("p")),
    }),
  ],
});

let made = 0;
const freshAddress = () => `198.51.100.${made++}`;

function send(address: string, body: BodyInit = '{"password":"p"}', path = "/", ctx = createExecutionContext()) {
  const headers = { "CF-Connecting-IP": address };
  return app.fetch(new Request(`http://localhost${path}`, { method: "POST", body, headers }), env, ctx);
}

test("a request with a password may hash it", async () => {
  const response = await send(freshAddress());
  expect([response.status, await response.text()]).toEqual([200, "a hash"]);
});

test("of six requests of one address at once, four get a turn and two are refused", async () => {
  const address = freshAddress();
  const responses = await Promise.all(Array.from({ length: 6 }, () => send(address)));
  expect(responses.map(({ status, headers }) => [status, headers.get("Retry-After")])).toEqual([
    ...Array(4).fill([200, null]),
    ...Array(2).fill([503, "5"]),
  ]);
});

test("the refusal is a problem that says what to do", async () => {
  const address = freshAddress();
  const responses = await Promise.all(Array.from({ length: 5 }, () => send(address)));
  expect(await responses[4]?.json()).toMatchObject({
    status: 503,
    detail: "Too many sign-ins are in progress. Try again in 5 seconds.",
  });
});

test("an address that fills the queue does not keep another out, and is overtaken by it", async () => {
  const [attacker, other] = [freshAddress(), freshAddress()];
  const order: string[] = [];
  const from = async (name: string, address: string) => {
    const { status } = await send(address);
    order.push(`${name} ${status}`);
  };
  await Promise.all([...Array.from({ length: 6 }, () => from("attacker", attacker)), from("other", other)]);
  expect(order.filter((line) => line.startsWith("other"))).toEqual(["other 200"]);
  expect(order.indexOf("other 200")).toBeLessThan(order.lastIndexOf("attacker 200"));
});

test.each([
  ["an IPv6 address", (n: number) => `2001:db8:0:7::${n + 1}`],
  ["an absent address", () => ""],
])("requests of %s count together, by what one subscriber has", async (_, address) => {
  const responses = await Promise.all(Array.from({ length: 5 }, (_, n) => send(address(n))));
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200, 200, 503]);
});

const form = (entries: Record<string, string>) => new URLSearchParams(entries);

test.each<[what: string, body: BodyInit, path: string]>([
  ["JSON with a password", '{"password":"p"}', "/"],
  ["JSON with a current password", '{"currentPassword":"p"}', "/"],
  ["JSON with one of two", '{"password":"","currentPassword":"p"}', "/"],
  ["a form with a password", form({ password: "p" }), "/form"],
  ["a form with a current password", form({ currentPassword: "p" }), "/form"],
])("%s takes a turn", async (_, body, path) => expect((await send(freshAddress(), body, path)).status).toBe(200));

test.each<[what: string, body: BodyInit, path: string]>([
  ["JSON that does not fit", '{"password":"p","currentPassword":1}', "/"],
  ["JSON that cannot be parsed", '{"password":"p"', "/"],
  ["JSON without a password", "{}", "/"],
  ["JSON with an empty password", '{"password":""}', "/"],
  ["JSON with a new password only", '{"newPassword":"p"}', "/"],
  ["JSON that inherits a password", '{"__proto__":{"password":"p"}}', "/"],
  ["JSON that is null", "null", "/"],
  ["an absent body", "", "/"],
  ["a form that does not fit", form({ password: "refused" }), "/form"],
  ["a form without a password", form({ name: "n" }), "/form"],
  ["a form with an empty password", form({ password: "" }), "/form"],
  ["a body that the route has no schema for", '{"password":"p"}', "/no-body"],
])("%s takes no turn, and to hash all the same is a bug", async (_, body, path) => {
  const address = freshAddress();
  const responses = await Promise.all(Array.from({ length: 6 }, () => send(address, body, path)));
  for (const response of responses) {
    expect([response.status, await response.text()]).toEqual([500, expect.stringMatching(/has no hashing turn/)]);
  }
});

test("a turn in which nothing was hashed ends with the response", async () => {
  const startedAt = Date.now();
  for (let i = 0; i < 10; i++) expect((await send(freshAddress(), '{"password":"p"}', "/unused")).status).toBe(200);
  expect(Date.now() - startedAt).toBeLessThan(900);
});

test.each(["/held", "/held-unused"])(
  "the request to %s is kept alive until its turn is over, and no longer",
  async (path) => {
    const kept: Promise<unknown>[] = [];
    const ctx = Object.assign(createExecutionContext(), {
      waitUntil: (promise: Promise<unknown>) => kept.push(promise),
    });
    held = Promise.withResolvers<void>();
    let isOver = false;
    const response = send(freshAddress(), undefined, path, ctx);
    await scheduler.wait(50);
    const over = Promise.all(kept).then(() => {
      isOver = true;
    });
    await scheduler.wait(50);
    expect([kept.length, isOver]).toEqual([1, false]);
    held.resolve();
    expect((await response).status).toBe(200);
    await over;
  },
);

test("a request that is refused is not kept", async () => {
  const address = freshAddress();
  const kept: Promise<unknown>[] = [];
  const ctx = Object.assign(createExecutionContext(), { waitUntil: (promise: Promise<unknown>) => kept.push(promise) });
  const others = Array.from({ length: 4 }, () => send(address));
  expect((await send(address, undefined, "/", ctx)).status).toBe(503);
  expect(await Promise.all(kept)).toEqual([undefined]);
  await Promise.all(others);
});

test("the app's guard hashes as passwords are stored, has its name, and states what it denies with", async () => {
  const real = setup({
    onRequest: supplyLocals,
    validator: standardValidator,
    handlers: [
      route.post("/", {
        guards: [requireHashingCapacity],
        request: { body: fields },
        resolve: ({ locals }) => {
          const stored = locals.hashing.hash("p");
          return Response.json([locals.hashing.verify("p", stored), locals.hashing.verify("q", stored), stored]);
        },
      }),
    ],
  });
  const request = new Request("http://localhost/", { method: "POST", body: '{"password":"p"}' });
  const response = await real.fetch(request, env, createExecutionContext());
  expect(await response.json()).toEqual([true, false, expect.stringMatching(/^\$scrypt\$/)]);
  expect([requireHashingCapacity.name, factsOf(requireHashingCapacity)]).toMatchObject([
    "requireHashingCapacity",
    { denies: [503] },
  ]);
});
