import { createExecutionContext, env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { setup } from "../../../src/http/index.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { requireForm } from "../../../src/web/guards/require-form.ts";
import { unreadable } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const guard = requireForm(100, z.object({ greeting: z.string().optional(), age: z.coerce.number().default(0) }));
const app = setup({
  onRequest: supplyLocals,
  handlers: [
    route.post("/", {
      guards: [guard],
      resolve: ({ locals: { form, parsed } }) => {
        const greeting: string | undefined = form.greeting;
        const age: number | undefined = parsed.data?.age;
        return Response.json({ greeting, age, fields: Object.entries(form), toString: typeof form.toString });
      },
    }),
  ],
});

function ask(body: BodyInit | null, headers: Record<string, string> = {}): Promise<Response> {
  const type = { "Content-Type": "application/x-www-form-urlencoded" };
  const init = { method: "POST", headers: { ...type, ...headers }, body };
  return app.fetch(new Request("http://localhost/", init), env, createExecutionContext());
}

const fieldsOf = async (body: BodyInit | null) => (await (await ask(body)).json<{ fields: string[][] }>()).fields;

describe("a form", () => {
  test("is read and supplied, without a prototype", async () => {
    const form = await (await ask("greeting=h%C3%A9llo+you&empty=&__proto__=p")).json();
    expect(form).toEqual({
      greeting: "héllo you",
      age: 0,
      fields: [
        ["greeting", "héllo you"],
        ["empty", ""],
        ["__proto__", "p"],
      ],
      toString: "undefined",
    });
  });

  test("has the last value of a name that is repeated", async () => {
    expect(await fieldsOf("a=1&b=2&a=3")).toEqual([
      ["a", "3"],
      ["b", "2"],
    ]);
  });

  test("is held against the schema, which decides nothing", async () => {
    expect(await (await ask("age=36")).json()).toMatchObject({ age: 36 });
    const misfit = await ask("age=old");
    expect([misfit.status, await misfit.json()]).toEqual([200, expect.objectContaining({ fields: [["age", "old"]] })]);
  });

  test("may be empty", async () => expect([await fieldsOf(null), await fieldsOf("")]).toEqual([[], []]));

  test("may come in pieces, also of a character", async () => {
    const bytes = new TextEncoder().encode("a=茶");
    const pieces = new ReadableStream({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await fieldsOf(pieces)).toEqual([["a", "茶"]]);
  });
});

describe("is refused", () => {
  test("encoded: 415; a part of it: 400; both unread", async () => {
    const encoded = await ask(unreadable(), { "Content-Encoding": "gzip" });
    expect([encoded.status, encoded.headers.get("Accept-Encoding")]).toEqual([415, "identity"]);
    expect((await ask(unreadable(), { "Content-Range": "bytes 0-9/20" })).status).toBe(400);
    expect((await ask("a=1", { "Content-Encoding": "Identity, identity" })).status).toBe(200);
  });

  test.each(["", "text/plain", "application/json", "multipart/form-data; boundary=x"])("%j: 415", async (type) => {
    const response = await ask(new TextEncoder().encode("a=1"), { "Content-Type": type });
    expect(response.status).toBe(415);
  });

  test("a form of one byte more than the limit: 413; one of the limit is not", async () => {
    expect((await ask(`a=${"x".repeat(98)}`)).status).toBe(200);
    expect((await ask(`a=${"x".repeat(99)}`)).status).toBe(413);
  });

  test("a long form that lies about its length: 413, and the rest of it is not fetched", async () => {
    const seen = { pulls: 0, isCancelled: false };
    const endless = new ReadableStream({
      pull(controller) {
        seen.pulls++;
        controller.enqueue(new Uint8Array(60).fill(97));
      },
      cancel() {
        seen.isCancelled = true;
      },
    });
    expect((await ask(endless, { "Content-Length": "5" })).status).toBe(413);
    expect(seen).toEqual({ pulls: expect.any(Number), isCancelled: true });
    expect(seen.pulls).toBeLessThan(5);
  });

  test("only with the statuses that the guard states", () => {
    expect(factsOf(guard)).toMatchObject({ denies: [400, 413, 415], detail: "100 B" });
  });
});
