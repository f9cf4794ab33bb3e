import { createExecutionContext, env } from "cloudflare:test";
import { expect, test } from "vitest";
import * as z from "zod";
import { setup, standardValidator } from "../../../src/http/index.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { requireContentType } from "../../../src/web/guards/require-content-type.ts";
import { unreadable } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const guard = requireContentType(["application/json", "application/merge-patch+json"]);
const app = setup({
  onRequest: supplyLocals,
  validator: standardValidator,
  handlers: [route.post("/", { guards: [guard], request: { body: z.unknown() }, resolve: () => new Response("in") })],
});

function ask(type: string | undefined, body: BodyInit): Promise<Response> {
  const request = new Request("http://localhost/", { method: "POST", body });
  request.headers.delete("Content-Type");
  if (type !== undefined) request.headers.set("Content-Type", type);
  return app.fetch(request, env, createExecutionContext());
}

test.each([
  "application/json",
  "Application/JSON",
  "application/json; charset=utf-8",
  " application/json ;charset=x",
  "application/merge-patch+json",
])("%s goes on", async (type) => {
  expect((await ask(type, "{}")).status).toBe(200);
});

test.each([
  undefined,
  "",
  ";",
  "text/plain",
  "text/plain; application/json",
  "application/json, text/plain",
  "application/jsonp",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=application/json",
])("%s is 415, unread", async (type) => {
  const response = await ask(type, unreadable());
  expect(response.status).toBe(415);
  expect(await response.json()).toMatchObject({ title: "Unsupported Media Type", status: 415 });
  expect(factsOf(guard)).toMatchObject({
    denies: [400, 415],
    detail: "application/json, application/merge-patch+json",
  });
});
