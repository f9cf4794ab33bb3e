/** onSend: it runs last and exactly once for every response, whatever produced it. */
import assert from "node:assert/strict";
import { z } from "zod";
import {
  group,
  type OnErrorHandler,
  type OnSendHandler,
  type Outcome,
  route,
  setup,
  standardValidator,
} from "../../../src/http/index.ts";
import { thrower } from "./probes.ts";
import { posting, read, send, silenced } from "./request.ts";

interface Sent {
  readonly outcome: Outcome;
  readonly locals: unknown;
  readonly error: unknown;
  readonly status: number;
}

const ok = () => new Response("ok");
const own = (): Response => new Response("own", { status: 503 });
function requireKey() {
  return { allow: true, locals: { key: "k" } } as const;
}
function denyAll() {
  return { deny: new Response("no", { status: 403 }) };
}

/** An app that has a response of every origin, and seals each of them with a count. */
function createApp(log: Sent[], onError?: OnErrorHandler) {
  const onSend: OnSendHandler = ({ context, response, outcome, error }) => {
    log.push({ outcome, locals: context.locals, error, status: response.status });
    const sealed = new Response(response.body, response);
    sealed.headers.append("x-sealed", `${log.length}`);
    return sealed;
  };
  const broken = { guards: [requireKey], resolve: thrower("broken") };
  return setup({
    validator: standardValidator,
    onSend,
    ...(onError && { onError }),
    onRequest: ({ request }) => (request.url.endsWith("early") ? thrower("early")() : { requestId: "r" }),
    handlers: [
      route.get("/ok", { resolve: ok }),
      route.get("/denied", { guards: [requireKey, denyAll], resolve: ok }),
      route.get("/broken", broken),
      route.get("/own-of-route", { ...broken, onError: own }),
      group({ onError: own, handlers: [route.get("/own-of-group", broken)] }),
      route.get("/guard", { guards: [requireKey, thrower("guard")], resolve: ok }),
      route.get("/hook", { resolve: ok, onResponse: thrower("hook") }),
      route.get("/no-response", { resolve: () => "text" as never }),
      route.get("/worse", { ...broken, onError: thrower("worse") }),
      route.post("/input", { request: { body: z.string().transform(thrower("input")) }, resolve: ok }),
    ],
  });
}

const failed = (phase: string, passed: string[] = []) => ({ kind: "failed", phase, passed });

const RESPONSES: readonly (readonly [path: string, status: number, outcome: object])[] = [
  ["/ok", 200, { kind: "resolved" }],
  ["/denied", 403, { kind: "denied", guard: "denyAll", index: 1 }],
  ["/none", 404, { kind: "unmatched", allowedMethods: [] }],
  ["/input", 404, { kind: "unmatched", allowedMethods: ["POST"] }],
  ["/broken", 500, failed("resolve", ["requireKey"])],
  ["/own-of-route", 503, failed("resolve", ["requireKey"])],
  ["/own-of-group", 503, failed("resolve", ["requireKey"])],
  ["/guard", 500, failed("guard", ["requireKey"])],
  ["/hook", 500, failed("onResponse")],
  ["/no-response", 500, failed("resolve")],
  ["/worse", 500, failed("resolve", ["requireKey"])],
  ["/early", 500, failed("onRequest")],
];

export const cases: Record<string, () => void | Promise<void>> = {
  "onSend runs exactly once for every response, and replaces it": async () => {
    for (const [path, status, outcome] of RESPONSES) {
      const log: Sent[] = [];
      await silenced(async () => {
        const response = await send(createApp(log), path);
        assert.deepEqual([path, response.status, response.headers.get("x-sealed")], [path, status, "1"]);
      });
      assert.deepEqual(
        log.map((sent) => [sent.status, sent.outcome]),
        [[status, outcome]],
      );
    }
  },

  "onSend runs for what throws while the input is read": async () => {
    const log: Sent[] = [];
    await silenced(async () => assert.equal((await send(createApp(log), "/input", posting('"x"'))).status, 500));
    assert.deepEqual(log[0]?.outcome, failed("input"));
  },

  "onSend receives the thrown value, and the locals collected so far": async () => {
    const log: Sent[] = [];
    const app = createApp(log, () => own());
    for (const path of ["/ok", "/own-of-group", "/broken", "/early"]) await send(app, path);
    assert.deepEqual(
      log.map(({ error }) => error),
      [undefined, "broken", "broken", "early"],
    );
    const first = { requestId: "r" };
    assert.deepEqual(
      log.map(({ locals }) => locals),
      [first, { ...first, key: "k" }, { ...first, key: "k" }, {}],
    );
  },

  "onSend runs after every other hook, and takes several functions that run in order": async () => {
    const log: string[] = [];
    const note = (name: string) => () => void log.push(name);
    const app = setup({
      onSend: [note("send 1"), async () => void log.push("send 2"), () => new Response("sent")],
      onResponse: note("app") as never,
      handlers: [route.get("/", { resolve: ok, onResponse: note("route") as never })],
    });
    assert.equal(await read(app, "/"), "sent");
    assert.deepEqual(log, ["route", "app", "send 1", "send 2"]);
  },

  "an onSend that returns undefined keeps the response": async () => {
    const response = new Response("same");
    for (const onSend of [() => undefined, async () => undefined]) {
      const app = setup({ onSend, handlers: [route.get("/", { resolve: () => response })] });
      assert.equal(await send(app, "/"), response);
    }
  },

  "if onSend throws, rejects or returns something else, the default 500 is sent and the error is logged": async () => {
    const wrong = [thrower("x"), async () => thrower("x")(), () => "x" as never, () => null as never];
    for (const onSend of wrong) {
      const app = setup({ onSend: [onSend, own], onError: own, handlers: [route.get("/", { resolve: ok })] });
      const logged = await silenced(async () => {
        const response = await send(app, "/");
        assert.deepEqual([response.status, await response.text()], [500, '{"error":"Internal Server Error"}']);
      });
      assert.match(String(logged[0]), /^x$|onSend of GET \/ returned (a string|null)\. Return a Response\./);
    }
  },
};
