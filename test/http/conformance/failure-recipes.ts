/** Failures as responses: each handler decides what a fact means, in a format of its own. */
import assert from "node:assert/strict";
import { z } from "zod";
import { route, setup, standardValidator } from "../../../src/http/index.ts";
import { posting, send } from "./request.ts";

const problem = (status: number, title: string, more: object = {}) =>
  new Response(JSON.stringify({ title, status, ...more }), {
    status,
    headers: { "content-type": "application/problem+json" },
  });

const balances: Record<string, number> = { a: 100, b: 0 };
const transfer = route.post("/transfers", {
  request: { body: z.object({ from: z.string(), to: z.string(), amount: z.number().positive() }) },
  resolve: ({ input }) => {
    if (!input.ok) {
      const isJson = !input.issues.some(({ code }) => code === "invalid_json");
      return isJson
        ? problem(400, "Invalid", { at: input.issues.map(({ path }) => path.join(".")) })
        : problem(415, "Not JSON");
    }
    const { from, to, amount } = input.body;
    if (from === to) return problem(409, "Same account");
    const available = balances[from];
    if (available === undefined) return problem(404, "No account", { account: from });
    return available < amount ? problem(422, "Too little", { available }) : Response.json({ amount }, { status: 201 });
  },
});

const save = route.post("/notes", {
  request: { body: z.object({ title: z.string(), tags: z.array(z.string()) }) },
  resolve: ({ input, request }) => {
    if (input.ok) return new Response(null, { status: 204 });
    if (request.headers.get("accept") === "text/plain")
      return new Response(input.issues.map(({ path }) => path.join(".")).join(" "), { status: 400 });
    const errors = Object.fromEntries(input.issues.map(({ path, code }) => [path.join("."), code]));
    return Response.json({ errors, received: input.received.body }, { status: 400 });
  },
});

const changes = {
  email: z.object({ email: z.email() }),
  password: z.object({ password: z.string().min(8) }),
};
const change = route.patch("/users/:id", {
  resolve: async (c) => {
    const body = (await c.request.json()) as Record<string, unknown>;
    const type = body.type === "email" || body.type === "password" ? body.type : undefined;
    if (!type) return problem(400, "Unknown type");
    const { success } = changes[type].safeParse(body);
    return success ? Response.json({ changed: type, id: c.raw.params.id }) : problem(400, `Invalid ${type}`);
  },
});

const byType = route.post("/data", {
  resolve: async ({ request }) => {
    const type = request.headers.get("content-type")?.split(";")[0] ?? "";
    if (!request.body) return problem(400, "No body");
    if (type === "text/plain") return new Response(`text ${await request.text()}`);
    if (type === "multipart/form-data") {
      const file = (await request.formData()).get("file");
      return file instanceof Blob ? Response.json({ size: file.size }) : problem(400, "No file");
    }
    if (type !== "application/json") return problem(415, "Unknown type");
    return request.json().then(
      (value) => Response.json({ value }),
      () => problem(400, "Not JSON"),
    );
  },
});

const twice = route.post("/twice", {
  resolve: async ({ request }) => new Response((await request.text()) + (await request.text())),
});
const unparsed = route.post("/unparsed", { resolve: (c) => Response.json({ isUndefined: c.raw.body === undefined }) });

const app = setup({
  handlers: [transfer, save, change, byType, twice, unparsed],
  validator: standardValidator,
  onError: () => problem(500, "Bug"),
});

async function assertResponse(path: string, init: RequestInit, status: number, expected: unknown): Promise<void> {
  const response = await send(app, path, init);
  const text = await response.text();
  const type = response.headers.get("content-type") ?? "";
  assert.deepEqual([response.status, type.includes("json") ? JSON.parse(text) : text], [status, expected], text);
}

const json = (value: unknown, headers = {}) =>
  posting(JSON.stringify(value), { "content-type": "application/json", ...headers });

export const cases: Record<string, () => void | Promise<void>> = {
  "one handler tells malformed, invalid, conflicting, missing and refused input apart": async () => {
    const rows: [RequestInit, number, object][] = [
      [posting("{"), 415, { title: "Not JSON" }],
      [json({ from: "a", amount: -1 }), 400, { title: "Invalid", at: ["to", "amount"] }],
      [json({ from: "a", to: "a", amount: 1 }), 409, { title: "Same account" }],
      [json({ from: "x", to: "a", amount: 1 }), 404, { title: "No account", account: "x" }],
      [json({ from: "b", to: "a", amount: 1 }), 422, { title: "Too little", available: 0 }],
    ];
    for (const [init, status, body] of rows) await assertResponse("/transfers", init, status, { ...body, status });
    await assertResponse("/transfers", json({ from: "a", to: "b", amount: 1 }), 201, { amount: 1 });
  },

  "the same issues become text, or a map by path, as the client accepts": async () => {
    const invalid = { title: 1, tags: ["a", 2] };
    await assertResponse("/notes", json(invalid, { accept: "text/plain" }), 400, "title tags.1");
    const errors = { title: "invalid_type", "tags.1": "invalid_type" };
    // Standard Schema has no codes, but zod adds them to its issues.
    await assertResponse("/notes", json(invalid), 400, { errors, received: invalid });
    await assertResponse("/notes", json({ title: "a", tags: [] }), 204, "");
  },

  "a handler without a schema reads the body itself and validates it by what the body says": async () => {
    const patch = (value: unknown) => ({ ...json(value), method: "PATCH" });
    await assertResponse("/users/7", patch({ type: "email", email: "a@b.co" }), 200, { changed: "email", id: "7" });
    await assertResponse("/users/7", patch({ type: "email", email: "x" }), 400, {
      title: "Invalid email",
      status: 400,
    });
    await assertResponse("/users/7", patch({ type: "password", password: "1234567" }), 400, {
      title: "Invalid password",
      status: 400,
    });
    await assertResponse("/users/7", patch({ type: "toString" }), 400, { title: "Unknown type", status: 400 });
  },

  "a handler without a schema reads text, forms and JSON by the content type": async () => {
    const form = (file: Blob | string) => {
      const data = new FormData();
      data.set("file", file);
      return { method: "POST", body: data };
    };
    await assertResponse("/data", { method: "POST" }, 400, { title: "No body", status: 400 });
    await assertResponse("/data", posting("hi", { "content-type": "text/plain;charset=utf-8" }), 200, "text hi");
    await assertResponse("/data", form(new Blob(["abc"])), 200, { size: 3 });
    await assertResponse("/data", form("abc"), 400, { title: "No file", status: 400 });
    await assertResponse("/data", json([1]), 200, { value: [1] });
    await assertResponse("/data", posting("{", { "content-type": "application/json" }), 400, {
      title: "Not JSON",
      status: 400,
    });
    await assertResponse("/data", posting("a,b", { "content-type": "text/csv" }), 415, {
      title: "Unknown type",
      status: 415,
    });
  },

  "a body can be read once: a second read is an error, not an empty text": async () => {
    await assertResponse("/twice", posting("x"), 500, { title: "Bug", status: 500 });
  },

  "without a body schema the raw body is undefined": async () => {
    await assertResponse("/unparsed", json({ a: 1 }), 200, { isUndefined: true });
  },
};
