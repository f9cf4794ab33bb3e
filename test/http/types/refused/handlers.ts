/** Handlers that read missing values, or do not return a response. */
import { z } from "zod";
import { route, scope } from "../../../../src/http/index.ts";
import { type AppLocals, requireAuth } from "../guards.ts";

const app = scope<AppLocals>();
const body = z.object({ title: z.string() });

// refused: 'user' does not exist
app.route.get("/local-never-supplied", { resolve: (c) => new Response(c.locals.user.id) });

app.route.get("/local-of-another-guard", {
  guards: [requireAuth],
  // refused: 'note' does not exist
  resolve: (c) => new Response(c.locals.note.id),
});

// refused: unknown
route.get("/unknown-local", { resolve: (c) => new Response(c.locals.requestId) });

// refused: 'slug' does not exist
route.get("/notes/:id", { resolve: (c) => new Response(c.params.slug) });

// refused: 'id' does not exist
route.on(["GET", "HEAD"], "/notes", { resolve: (c) => new Response(c.params.id) });

// refused: 'number' is not assignable
route.get("/notes/:id<int>", { resolve: (c) => new Response(c.params.id) });

// refused: undefined
route.get("/optional/:id?", { resolve: (c) => new Response(c.params.id.trim()) });

// refused: 'body' does not exist
route.post("/unchecked", { request: { body }, resolve: (c) => Response.json(c.input.body) });

route.post("/unnamed-key", {
  request: { body },
  // refused: 'text' does not exist
  resolve: (c) => Response.json(c.input.ok && c.input.body.text),
});

// refused: unknown
route.post("/no-schema", { resolve: (c) => Response.json(c.input.ok && c.input.body.title) });

// refused: 'string' is not assignable
route.get("/text", { resolve: () => "hello" });

// refused: Promise<string>
route.get("/async-text", { resolve: async () => "hello" });

// refused: '{ id: number; }' is not assignable to type 'Promise<Response> | Response'
route.get("/data", { resolve: () => ({ id: 1 }) });

// refused: 'void' is not assignable to type 'Promise<Response> | Response'
route.get("/nothing", { resolve: () => {} });

// refused: Property 'resolve' is missing
route.get("/no-handler", { guards: [requireAuth] });

// refused: Expected 2 arguments
route.get("/no-options");

// refused: 'guard' does not exist in type 'RouteConfig
route.get("/misspelt", { guard: [requireAuth], resolve: () => new Response() });

// refused: 'body' does not exist in type 'RouteConfig
route.post("/schema-outside-request", { body, resolve: () => new Response() });

// refused: 'Body' does not exist in type 'RequestSchemas
route.post("/unknown-part", { request: { Body: body }, resolve: () => new Response() });

// Methods in lower case, which no request has.

// refused: '"get"' is not assignable to parameter of type '"GET" | readonly "GET"[]'
route.on("get", "/", { resolve: () => new Response() });

// refused: Did you mean '"POST"'?
route.on(["GET", "post"], "/", { resolve: () => new Response() });

// Plain data instead of a schema.

// refused: 'url' does not exist in type 'NotASchema'
route.post("/plain-data", { request: { body: { url: "string" } }, resolve: () => new Response() });

// refused: 'title' does not exist in type 'NotASchema'
route.post("/object-of-schemas", { request: { body: { title: z.string() } }, resolve: () => new Response() });

// refused: 'string' is not assignable to type 'NotASchema'
route.post("/name", { request: { query: "string" }, resolve: () => new Response() });

route.get("/plain-response", {
  // refused: '"this is not a schema"' is missing in type
  responses: { 200: { id: "string" } },
  resolve: () => new Response(),
});
