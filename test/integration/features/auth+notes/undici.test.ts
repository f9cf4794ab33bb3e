/** Signing in and the API of notes with undici, over one connection that is kept. */
import { randomUUID } from "node:crypto";
import { Client } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newAddress } from "../../client.ts";
import { type RunningWorker, startWorker } from "../../worker.ts";

let worker: RunningWorker;
let connection: Client;
beforeAll(async () => {
  worker = await startWorker();
  connection = new Client((await worker.url()).origin);
});
afterAll(async () => {
  await connection.close();
  await worker.stop();
});

const address = newAddress();

async function ask(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, headers = {}, body?: object) {
  const type = body && { "Content-Type": "application/json" };
  const response = await connection.request({
    method,
    path,
    headers: { ...address, ...type, ...headers },
    body: body ? JSON.stringify(body) : null,
  });
  const text = await response.body.text();
  return { status: response.statusCode, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

test("an account registers, signs in, and writes, reads, changes and deletes a note", async () => {
  const account = { email: `${randomUUID()}@example.com`, password: "correct-horse-battery-1" };
  expect((await ask("POST", "/api/auth/register", {}, { ...account, name: "Ada" })).status).toBe(201);
  const login = await ask("POST", "/api/auth/login", {}, account);
  expect([login.status, login.body.tokenType]).toEqual([200, "Bearer"]);
  const auth = { Authorization: `Bearer ${login.body.accessToken}` };

  const retry = { ...auth, "Idempotency-Key": randomUUID() };
  const created = await ask("POST", "/api/notes", retry, { title: "Tea" });
  expect([created.status, created.headers.etag]).toEqual([201, '"v1"']);
  expect((await ask("POST", "/api/notes", retry, { title: "Tea" })).body).toEqual(created.body);
  const path = String(created.headers.location);
  expect((await ask("GET", "/api/notes", auth)).body.items).toEqual([created.body]);
  expect((await ask("GET", path, { ...auth, "If-None-Match": '"v1"' })).status).toBe(304);

  // The tag that a client has after Cloudflare compressed the response.
  const changed = await ask("PATCH", path, { ...auth, "If-Match": 'W/"v1"' }, { body: "Green" });
  expect([changed.status, changed.headers.etag]).toEqual([200, '"v2"']);
  expect((await ask("PATCH", path, { ...auth, "If-Match": 'W/"v1"' }, { body: "Black" })).status).toBe(412);
  expect((await ask("DELETE", path, { ...auth, "If-Match": 'W/"v2"' })).status).toBe(204);
  expect((await ask("GET", path, auth)).status).toBe(404);
});

test("a refusal is a problem in JSON, and the connection stays usable", async () => {
  const refused = await ask("GET", "/api/notes");
  expect([refused.status, refused.headers["content-type"]]).toEqual([401, "application/problem+json"]);
  expect((await ask("GET", "/api/notes")).body).toMatchObject({ status: 401, title: "Unauthorized" });
});
