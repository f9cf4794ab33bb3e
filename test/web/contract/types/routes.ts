/** Routes whose types the calls of `accepted.ts` and `refused.ts` are checked against. */
import * as z from "zod";
import type { OperationsOf } from "../../../../src/http/index.ts";
import { group, route } from "../../../../src/web/app/scope.ts";
import { noBody, problemBody, rawBody } from "../../../../src/web/contract/bodies.ts";
import { client } from "../../../../src/web/contract/client.ts";

const resolve = () => new Response();
const note = z.object({ id: z.string(), title: z.string() });

export const routes = [
  group({
    handlers: [
      route.get("/notes/:id", { responses: { 200: note, 404: problemBody }, resolve }),
      route.get("/notes", {
        request: { query: z.object({ limit: z.string().transform(Number).optional(), q: z.string().default("") }) },
        responses: { 200: z.array(note) },
        resolve,
      }),
      route.post("/notes", {
        request: { body: z.object({ title: z.string(), tags: z.array(z.string()).default([]) }) },
        responses: { 201: note, 409: z.object({ taken: z.boolean() }) },
        resolve,
      }),
    ],
  }),
  route.get("/search", { request: { query: z.object({ q: z.string() }) }, responses: { 200: note }, resolve }),
  route.get("/orgs/:org/pages/:page<uint>", { responses: { 200: note }, resolve }),
  route.get("/pages/:page<uint>?", { responses: { 200: note }, resolve }),
  route.get("/static/*", { resolve }),
  route.get("/files/:id", { responses: { 200: rawBody }, resolve }),
  route.on(["PUT", "PATCH"], "/raw", { responses: { 204: noBody }, resolve }),
  route.delete("/kinds/:kind", { request: { params: z.object({ kind: z.enum(["a", "b"]) }) }, resolve }),
  route.all("/all", { resolve }),
];

export const api = client<OperationsOf<typeof routes>>("http://localhost");
