/** Requests of each method with a body, over the network: workerd passes on the body of GET, which `Request` refuses. */
import { connect } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import { Miniflare } from "miniflare";
import { afterAll, beforeAll, expect, test } from "vitest";

const CORE = join(import.meta.dirname, "../../src/http/index.ts");
const WORKER = `
import { route, setup } from ${JSON.stringify(CORE)};
const validator = { validate: (_schema, value) => ({ ok: true, value: value ?? null }) };
const app = setup({ validator, handlers: [
  route.all("/limited", { maxBodyBytes: 9, resolve: async ({ request }) => Response.json(await request.text()) }),
  route.all("/json", { request: { body: {} }, maxBodyBytes: 9, resolve: ({ input }) => Response.json(input.ok && input.body) }),
] });
export default { fetch: app.fetch };`;

let miniflare: Miniflare;
beforeAll(async () => {
  const stdin = { contents: WORKER, resolveDir: import.meta.dirname, loader: "js" } as const;
  const { outputFiles } = await build({ stdin, bundle: true, format: "esm", write: false });
  const contents = outputFiles[0]?.text ?? "";
  const modules = { "index.js": { type: "esm", contents } } as const;
  const manifest = { mainModule: "index.js", modulesRoot: "/", modules } as const;
  const config = { name: "bodies", compatibilityDate: "2026-11-01", manifest, env: {} };
  miniflare = new Miniflare({ workers: [{ config }], cf: false, enableDevRegistry: false, logRequests: false });
  await miniflare.ready;
});
afterAll(() => miniflare.dispose());

/** Sends a request as written. @returns The status and the body. */
async function exchange(method: string, path: string, body: string): Promise<[status: number, body: string]> {
  const { hostname, port } = await miniflare.ready;
  const socket = connect(Number(port), hostname);
  socket.end(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${body}`);
  let response = "";
  for await (const chunk of socket) response += chunk;
  return [Number(response.slice(9, 12)), response.slice(response.indexOf("\r\n\r\n") + 4)];
}

const DECLARED = 'Content-Length: 4\r\n\r\n"ab"';
const CHUNKED = 'Transfer-Encoding: chunked\r\n\r\n4\r\n"ab"\r\n0\r\n\r\n';

test.each([
  ["GET", "/limited", '""'],
  ["DELETE", "/limited", '"\\"ab\\""'],
  ["POST", "/limited", '"\\"ab\\""'],
  ["HEAD", "/limited", ""],
  ["GET", "/json", '"ab"'],
  ["DELETE", "/json", '"ab"'],
  ["POST", "/json", '"ab"'],
  ["HEAD", "/json", ""],
])("%s %s with a body is answered", async (method, path, response) => {
  for (const body of [DECLARED, CHUNKED]) expect(await exchange(method, path, body)).toEqual([200, response]);
});
