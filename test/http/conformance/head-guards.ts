/** Head guards: they run before the body is read. */
import assert from "node:assert/strict";
import { z } from "zod";
import { headGuard, route, setup, standardValidator } from "../../../src/http/index.ts";
import { chunksOf, watched } from "./body-stream.ts";
import { createGuardedApp } from "./probes.ts";
import { posting, read, send } from "./request.ts";

const allow = () => ({ allow: true }) as const;
const refuse = () => ({ deny: new Response("denied", { status: 401 }) });

export const cases: Record<string, () => void | Promise<void>> = {
  "a head guard that denies leaves the body unread": async () => {
    const sent = watched(chunksOf('{"title":"x"}', 4));
    const response = await send(createGuardedApp([headGuard(allow), headGuard(refuse)]), "/", posting(sent.stream));
    assert.deepEqual([response.status, sent.pulls], [401, 0]);
  },

  "a head guard runs before the body is read, and a plain guard runs after": async () => {
    const sent = watched(chunksOf('{"title":"x"}', 4));
    const pulls: number[] = [];
    const count = () => {
      pulls.push(sent.pulls);
      return allow();
    };
    const guards = [headGuard(() => count()), headGuard(async () => count()), () => count()];
    assert.equal(await read(createGuardedApp(guards), "/", posting(sent.stream)), "ok");
    assert.deepEqual(pulls.slice(0, 2), [0, 0]);
    assert.ok(Number(pulls[2]) > 0);
  },

  "a route with only head guards reads the body before its handler runs": async () => {
    const resolve = (c: { input: unknown }) => Response.json(c.input);
    const app = setup({
      validator: standardValidator,
      handlers: [route.post("/", { request: { body: z.unknown() }, guards: [headGuard(allow)], resolve })],
    });
    assert.deepEqual(JSON.parse(await read(app, "/", posting('{"title":"x"}'))).body, { title: "x" });
  },

  "a head guard has no input and no body, and a plain guard has both": async () => {
    const seen: unknown[] = [];
    const head = (c: object) => {
      seen.push("input" in c ? c.input : undefined);
      return allow();
    };
    const plain = (c: { input: unknown; raw: { body?: unknown } }) => {
      seen.push(c.raw.body, c.input);
      return allow();
    };
    await send(createGuardedApp([headGuard(head), plain]), "/", posting('{"title":"x"}'));
    const input = seen[2] as Record<string, unknown>;
    assert.deepEqual([seen[0], seen[1], input.ok, input.body], [undefined, { title: "x" }, true, { title: "x" }]);
  },

  "a head guard after a plain guard runs in list order, after the body is read": async () => {
    const sent = watched(chunksOf('{"title":"x"}', 4));
    const log: string[] = [];
    const note = (name: string) => () => {
      log.push(`${name} ${sent.pulls > 0}`);
      return allow();
    };
    await read(
      createGuardedApp([headGuard(note("first")), note("second"), headGuard(note("third"))]),
      "/",
      posting(sent.stream),
    );
    assert.deepEqual(log, ["first false", "second true", "third true"]);
  },

  "headGuard returns the same function": () => {
    assert.equal(headGuard(allow), allow);
  },
};
