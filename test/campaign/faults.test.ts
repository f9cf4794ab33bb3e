/** The campaign finds each kind of fault, shrinks it to a small case, and finds it again by the printed command. */
import { env } from "cloudflare:test";
import { expect, test } from "vitest";
import * as z from "zod";
import type { AppLocals } from "../../src/env.ts";
import type { Handler } from "../../src/http/index.ts";
import { requireAuth } from "../../src/identity/guards/require-auth.ts";
import { commonLimits } from "../../src/identity/limits.ts";
import { group, route } from "../../src/web/app/scope.ts";
import { requireJson } from "../../src/web/guards/require-content-type.ts";
import { createAccount, createApp } from "../harness.ts";
import { jsonOf } from "../route-requests.ts";
import { attack, replay } from "./campaign.ts";
import type { Step } from "./case.ts";
import { createTally } from "./tally.ts";
import { captureLog, removeLimits, type Target } from "./target.ts";

removeLimits();
captureLog();

type Resolve = (c: { request: Request; locals: AppLocals & { user: { id: string } } }) => Response | Promise<Response>;

const query = (c: { request: Request }, name: string) => new URL(c.request.url).searchParams.get(name);
const addThing = "INSERT INTO things (id, owner_id, title) VALUES (?, ?, ?)";

const RESPONSES = { 200: z.looseObject({}), 201: z.object({}), 422: z.object({}) };

/** Creates a target with one route, whose handler has the fault. Pages declare no responses. */
function targetOf(method: string, resolve: Resolve, isPage = false): Target {
  const isPost = method === "POST";
  const routes = group({
    guards: [...commonLimits, requireAuth, ...(isPost ? [requireJson] : [])],
    handlers: [
      route.on(method, "/faulty", {
        ...(!isPage && { responses: RESPONSES }),
        resolve: resolve as never,
      }),
    ],
  });
  const app = createApp(routes as readonly Handler<AppLocals>[]);
  const handler = app.handlers.find(({ path }) => path === "/faulty");
  if (!handler) throw new Error("There is no route");
  const prepare = async () => {
    const { headers } = await createAccount();
    const init = isPost ? jsonOf("POST", { title: "A" }, headers) : { headers };
    return { path: "/faulty", init, status: isPost ? 201 : 200 };
  };
  return { app, label: `${method} /faulty`, handler, prepare };
}

const FAULTS: readonly [what: string, found: RegExp, method: string, resolve: Resolve, isPage?: boolean][] = [
  [
    "an exception for some values",
    /It responded with 500/,
    "GET",
    (c) => Response.json({ first: (query(c, "utm_source") as string).at(0) ? {} : undefined }.first),
  ],
  [
    "a stack in a body",
    /It shows a stack|It shows a file path/,
    "GET",
    () => Response.json({ detail: new Error("wrong").stack }),
  ],
  ["SQL in a body", /It shows SQL/, "GET", () => Response.json({ sql: "SELECT id FROM users WHERE id = 1" })],
  [
    "a missing header",
    /lacks the header Content-Security-Policy/,
    "GET",
    () => Response.json({}, { headers: { "Content-Security-Policy": "" } }),
  ],
  [
    "a private response that any cache may store",
    /Its Cache-Control is "max-age=60"/,
    "GET",
    () => Response.json({}, { headers: { "Cache-Control": "max-age=60" } }),
  ],
  [
    "a refused request that writes",
    /A refused request changed the state: \+ things/,
    "POST",
    async ({ locals, request }) => {
      const { title } = await request.json<{ title?: unknown }>().catch(() => ({ title: undefined }));
      const insert = env.DB.prepare(addThing).bind(crypto.randomUUID(), locals.user.id, "written");
      await insert.run();
      return Response.json({}, { status: typeof title === "string" ? 201 : 422 });
    },
  ],
  [
    "data of another user",
    /It shows data of another user/,
    "GET",
    async () => Response.json({ all: (await env.DB.prepare("SELECT email FROM users").all()).results }),
  ],
  [
    "a change of another user's data",
    /It changed data of another user/,
    "POST",
    async () => {
      await env.DB.prepare("UPDATE users SET name = ?").bind(crypto.randomUUID()).run();
      return Response.json({}, { status: 201 });
    },
  ],
  [
    "text that is not escaped",
    /shows a text without escaping it/,
    "GET",
    (c) => new Response(`<p>${c.request.headers.get("User-Agent")}</p>`, { headers: { "Content-Type": "text/html" } }),
    true,
  ],
  [
    "an error that only the log shows",
    /It logged an error/,
    "GET",
    () => {
      console.error("Something went wrong");
      return Response.json({});
    },
  ],
  ["an undeclared status", /is not declared/, "GET", () => new Response(null, { status: 418 })],
];

/** @returns The message of the failure that the campaign finds. */
async function find(target: Target, seed: number): Promise<string> {
  const error = await attack(target, seed, { requests: 120, reaches: 1, maxRoundMs: 40_000 }, createTally()).catch(
    (thrown) => thrown,
  );
  return error instanceof Error ? error.message : "nothing";
}

test.each(FAULTS)("finds %s, and finds it again", { timeout: 120_000 }, async (_, found, method, resolve, isPage) => {
  const target = targetOf(method, resolve, isPage);
  const message = await find(target, 1);
  expect(message).toMatch(found);
  const [, seed, path = ""] = /CAMPAIGN_SEED=(-?\d+) CAMPAIGN_PATH="\S+ \S+ (\S+)"/.exec(message) ?? [];
  await expect(replay(target, { seed: Number(seed), path }, createTally())).rejects.toThrow(found);
});

test("a fault of one change shrinks to that change", { timeout: 120_000 }, async () => {
  const target = targetOf("GET", (c) => {
    if (query(c, "utm_source")) throw new Error("wrong");
    return Response.json({});
  });
  const [, steps] = /The case: \[\{"steps":(.*),"isWatched"/.exec(await find(target, 1)) ?? [];
  const changes = JSON.parse(steps ?? "[]").flatMap(({ harmless, hostile }: Step) => [...harmless, ...hostile]);
  expect(changes).toEqual([{ change: "parameter", name: "utm_source", value: "x", isAdded: true }]);
});
