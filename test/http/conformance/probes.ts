/** Apps and hooks that record the facts they receive. */
import assert from "node:assert/strict";
import { z } from "zod";
import {
  type InputErr,
  type InputState,
  type OnErrorHandler,
  type RequestSchemas,
  route,
  setup,
  standardValidator,
  type Validator,
} from "../../../src/http/index.ts";
import { posting, read, send } from "./request.ts";

/** A function that throws. */
export function thrower(value: unknown) {
  return (): never => {
    throw value;
  };
}

export type ErrorInfo = Parameters<OnErrorHandler>[0];

/** An `onError` that records its arguments. */
export function recorder(log: ErrorInfo[]): OnErrorHandler {
  return (info) => {
    log.push({ ...info, context: { ...info.context } });
    return new Response("handled", { status: 500 });
  };
}

/** Creates guards and hooks that write their names to one log. */
export function createLog() {
  const log: string[] = [];
  const guard = (name: string) => () => {
    log.push(name);
    return { allow: true } as const;
  };
  const observe = (name: string) => (info: { response: Response }) => {
    log.push(name);
    return info.response;
  };
  const pass =
    (name: string): OnErrorHandler =>
    () => {
      log.push(name);
      return undefined;
    };
  return { log, guard, observe, pass };
}

/** An app with one POST route that has these guards and a body schema. */
export function createGuardedApp(guards: readonly object[], log: string[] = []) {
  return setup({
    validator: standardValidator,
    onError: ({ phase, error }) => {
      log.push(phase, String(error));
      return new Response("error", { status: 500 });
    },
    handlers: [
      route.post("/", {
        request: { body: z.object({ title: z.string() }) },
        guards: guards as never,
        resolve: () => {
          log.push("resolve");
          return new Response("ok");
        },
      }),
    ],
  });
}

/** Posts a text to a route `/:id` with the given schemas. Returns the raw values and the input. */
export async function validate(
  request: RequestSchemas,
  path: string,
  body = "{}",
  validator: Validator<never> = standardValidator,
) {
  let input: InputState | undefined;
  let raw: unknown;
  const handler = route.post("/:id", {
    request,
    resolve: (c) => {
      input = c.input;
      raw = { ...c.raw, params: { ...c.raw.params }, query: { ...c.raw.query } };
      return new Response();
    },
  });
  const response = await send(setup({ validator, handlers: [handler] }), path, posting(body));
  return { status: response.status, input, raw };
}

/** The input of a request that must be invalid. */
export function failed(input: InputState | undefined): InputErr {
  assert.ok(input && !input.ok);
  return input;
}

interface BodyLimits {
  readonly app?: number;
  readonly route?: number;
}

/** The input of a route that accepts any JSON body. */
export async function inputOf(init: ReturnType<typeof posting>, limits: BodyLimits = {}): Promise<InputState> {
  const app = setup({
    validator: standardValidator,
    ...(limits.app !== undefined && { maxBodyBytes: limits.app }),
    handlers: [
      route.post("/", {
        request: { body: z.unknown() },
        ...(limits.route !== undefined && { maxBodyBytes: limits.route }),
        resolve: (c) => {
          input = c.input;
          return new Response();
        },
      }),
    ],
  });
  let input: InputState | undefined;
  assert.equal((await send(app, "/", init)).status, 200);
  assert.ok(input);
  return input;
}

/** The value of a body as JSON text, or the code of its issue. */
export async function readAs(init: ReturnType<typeof posting>, limits?: BodyLimits): Promise<string | undefined> {
  const input = await inputOf(init, limits);
  return input.ok ? JSON.stringify(input.body) : input.issues.map(({ code }) => code).join();
}

interface Facts {
  readonly params: Record<string, unknown>;
  readonly raw: Record<string, unknown>;
  readonly query: Record<string, unknown>;
}

/** The facts that a route of this pattern receives for a path. Undefined if the pattern does not match. */
export async function factsOf(pattern: string, url: string | Request): Promise<Facts | undefined> {
  let facts: Facts | undefined;
  const handler = route.get(pattern, {
    resolve: (c) => {
      facts = { params: c.params, raw: c.raw.params, query: c.raw.query };
      return new Response();
    },
  });
  const app = setup([handler]);
  await (typeof url === "string" ? send(app, url) : app.fetch(url));
  return facts;
}

/** An app whose routes respond with their own pattern, and `Not Found` if none matches. */
export function createPatternApp(...patterns: string[]) {
  return setup(patterns.map((pattern) => route.get(pattern, { resolve: () => new Response(pattern) })));
}

/** The body of the response to each path. */
export async function bodiesOf(app: ReturnType<typeof createPatternApp>, paths: readonly string[]): Promise<string[]> {
  return Promise.all(paths.map((path) => read(app, path)));
}
