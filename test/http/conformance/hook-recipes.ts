/** Hooks as apps write them: what each adds to the locals or the response, and when it runs. */
import assert from "node:assert/strict";
import { type Config, type Handler, type OnErrorHandler, route, setup } from "../../../src/http/index.ts";
import { send, silenced } from "./request.ts";

class HttpError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const show = route.get("/show", { resolve: (c) => Response.json(c.locals) });
const routes: readonly Handler[] = [
  show,
  route.get("/text", { resolve: () => new Response("text", { status: 201, headers: { "x-own": "1" } }) }),
  route.get("/denied", {
    guards: [() => ({ deny: new Response("no", { status: 403 }) })],
    resolve: () => new Response(),
  }),
  route.get("/known", { resolve: () => Promise.reject(new HttpError(409, "taken")) }),
  route.get("/bug", {
    resolve: () => {
      throw new RangeError("secret detail");
    },
  }),
];

async function readStatusAndBody(config: Omit<Config, "handlers">, path: string, headers: Record<string, string> = {}) {
  const response = await send(setup({ ...config, handlers: routes }), path, { headers });
  return [response.status, await response.text()];
}

const internal = Response.json({ error: "Internal error" }, { status: 500 });

export const cases: Record<string, () => void | Promise<void>> = {
  "onRequest takes an id from the request, or makes one": async () => {
    const onRequest: Config["onRequest"] = ({ request }) => ({ id: request.headers.get("x-request-id") ?? "made" });
    assert.deepEqual(await readStatusAndBody({ onRequest }, "/show", { "x-request-id": "sent" }), [
      200,
      '{"id":"sent"}',
    ]);
    assert.deepEqual(await readStatusAndBody({ onRequest }, "/show"), [200, '{"id":"made"}']);
  },

  "onRequest loads a session asynchronously, and adds nothing without a cookie": async () => {
    const onRequest: Config["onRequest"] = async ({ request }) => {
      const id = /session=(\w+)/.exec(request.headers.get("cookie") ?? "")?.[1];
      return id === undefined ? {} : { session: await Promise.resolve({ id }) };
    };
    assert.deepEqual(await readStatusAndBody({ onRequest }, "/show", { cookie: "a=b; session=s1" }), [
      200,
      '{"session":{"id":"s1"}}',
    ]);
    assert.deepEqual(await readStatusAndBody({ onRequest }, "/show"), [200, "{}"]);
  },

  "an adapter for the runtime travels in the locals, so handlers name no runtime": async () => {
    interface Runtime {
      read(path: string): Promise<string>;
    }
    const handlers = [
      route.get("/config", { resolve: async (c) => new Response(await (c.locals.runtime as Runtime).read("config")) }),
    ];
    for (const [name, runtime] of Object.entries({
      files: { read: async (path: string) => `file ${path}` },
      bindings: { read: async (path: string) => `binding ${path}` },
    })) {
      const response = await send(setup({ handlers, onRequest: () => ({ runtime }) }), "/config");
      assert.equal(await response.text(), `${name.slice(0, -1)} config`);
    }
  },

  "an app may be set up again for each request, from its own table, with the platform's arguments": async () => {
    const app = setup([show]);
    const fetch = (request: Request, env: object) =>
      setup({ handlers: app.handlers, onRequest: () => ({ env }) }).fetch(request);
    for (const env of [{ a: 1 }, { b: 2 }]) {
      const response = await fetch(new Request("http://localhost/show"), env);
      assert.deepEqual(await response.json(), { env });
    }
  },

  "onResponse logs every response of a handler that did not throw, with the time since onRequest": async () => {
    const log: unknown[] = [];
    let now = 100;
    const app = setup({
      handlers: routes,
      onRequest: () => ({ startedAt: now }),
      onResponse: ({ context, response }) => {
        now += 5;
        const { pathname } = new URL(context.request.url);
        log.push([context.request.method, pathname, response.status, now - context.locals.startedAt]);
        return response;
      },
      onError: () => internal.clone(),
    });
    for (const path of ["/text", "/denied", "/bug", "/nowhere"]) await send(app, path);
    assert.deepEqual(log, [
      ["GET", "/text", 201, 5],
      ["GET", "/denied", 403, 5],
      ["GET", "/nowhere", 404, 5],
    ]);
  },

  "onResponse wraps JSON in an envelope and leaves other content alone": async () => {
    const onResponse: Config["onResponse"] = async ({ response }) => {
      if (!response.headers.get("content-type")?.includes("application/json")) return response;
      return Response.json({ success: true, data: await response.json() }, { status: response.status });
    };
    const onRequest = () => ({ a: 1 });
    assert.deepEqual(await readStatusAndBody({ onRequest, onResponse }, "/show"), [
      200,
      '{"success":true,"data":{"a":1}}',
    ]);
    assert.deepEqual(await readStatusAndBody({ onRequest, onResponse }, "/text"), [201, "text"]);
  },

  "a response rebuilt with more headers keeps its status, its body and its own headers": async () => {
    const app = setup({
      handlers: routes,
      onResponse: ({ response: { body, status, statusText, headers } }) =>
        new Response(body, { status, statusText, headers: { ...Object.fromEntries(headers), "x-powered-by": "core" } }),
    });
    const { status, headers } = await send(app, "/text");
    assert.deepEqual([status, headers.get("x-own"), headers.get("x-powered-by")], [201, "1", "core"]);
  },

  "onError maps its own error class to a status, logs all others, and hides their details": async () => {
    const onError: OnErrorHandler = ({ error }) => {
      if (error instanceof HttpError) return Response.json({ error: error.message }, { status: error.status });
      console.error(error);
      return internal.clone();
    };
    const logged = await silenced(async () => {
      assert.deepEqual(await readStatusAndBody({ onError }, "/known"), [409, '{"error":"taken"}']);
      assert.deepEqual(await readStatusAndBody({ onError }, "/bug"), [500, '{"error":"Internal error"}']);
      assert.deepEqual(await readStatusAndBody({ onError }, "/denied"), [403, "no"]);
    });
    assert.deepEqual(logged.map(String), ["RangeError: secret detail"]);
  },

  "onError shows details in development only": async () => {
    for (const [isDevelopment, expected] of [
      [true, '{"error":"secret detail"}'],
      [false, '{"error":"Internal error"}'],
    ] as const) {
      const onError: OnErrorHandler = ({ error }) =>
        isDevelopment ? Response.json({ error: (error as Error).message }, { status: 500 }) : internal.clone();
      assert.deepEqual(await readStatusAndBody({ onError }, "/bug"), [500, expected]);
    }
  },

  "onError may report to another service before it responds, with the data of the request": async () => {
    const reports: unknown[] = [];
    const onError: OnErrorHandler = async ({ error, context }) => {
      await Promise.resolve();
      reports.push([String(error), context.request.method, context.locals.id]);
      return internal.clone();
    };
    await readStatusAndBody({ onError, onRequest: () => ({ id: "r1" }) }, "/bug");
    assert.deepEqual(reports, [["RangeError: secret detail", "GET", "r1"]]);
  },
};
