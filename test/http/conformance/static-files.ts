/** Files as responses: routes map paths to files, and nothing about a file is special. */
import assert from "node:assert/strict";
import { type RawValues, route, setup } from "../../../src/http/index.ts";
import { send } from "./request.ts";

const files: Readonly<Record<string, string>> = {
  "public/css/main.css": "main",
  "public/a b.txt": "blank",
  "public/app.0123abcd.js": "hashed",
  "dist/core.v2.js": "two",
  "dist/app.js": "plain",
  "dist/app.js.gz": "packed",
  "index.html": "<h1>",
};

const types: Readonly<Record<string, string>> = { css: "text/css", js: "text/javascript", html: "text/html" };

function file(path: string, headers: Record<string, string> = {}): Response {
  const text = Object.hasOwn(files, path) ? files[path] : undefined;
  if (text === undefined) return Response.json({ error: "No such file" }, { status: 404 });
  const type = types[path.split(".").pop() ?? ""] ?? "application/octet-stream";
  const isHashed = /\.[\da-f]{8}\./.test(path);
  const cache = isHashed ? "public, max-age=31536000, immutable" : "public, max-age=3600";
  return new Response(text, {
    headers: { "content-type": type, "cache-control": cache, etag: `"${text}"`, ...headers },
  });
}

const isSafe = (path: string) => !/^\/|\0|(?:^|\/)\.\.(?:\/|$)/.test(path);

const fromFolder = (folder: string) => (c: { readonly raw: RawValues }) => {
  const path = c.raw.params["*"] ?? "";
  return path && isSafe(path) ? file(`${folder}/${path}`) : Response.json({ error: "Invalid path" }, { status: 400 });
};

const app = setup([
  route.get("/", { resolve: () => file("index.html", { "cache-control": "no-cache" }) }),
  route.get("/static/*", { resolve: fromFolder("public") }),
  route.get("/lib/:version/:name", { resolve: (c) => file(`dist/${c.params.name}.${c.params.version}.js`) }),
  route.get("/app.js", {
    resolve: ({ request }) => {
      if (request.headers.get("if-none-match") === '"plain"') return new Response(null, { status: 304 });
      const isPacked = request.headers.get("accept-encoding")?.includes("gzip");
      return isPacked
        ? file("dist/app.js.gz", { "content-type": "text/javascript", vary: "accept-encoding", "x-packed": "gzip" })
        : file("dist/app.js");
    },
  }),
  route.get("/download/:name", {
    resolve: (c) =>
      file(`public/${c.params.name}`, { "content-disposition": `attachment; filename="${c.params.name}"` }),
  }),
]);

export const cases: Record<string, () => void | Promise<void>> = {
  "paths map to files: a fixed one, the rest of a path, and a name made of two parameters": async () => {
    for (const [path, status, text] of [
      ["/", 200, "<h1>"],
      ["/static/css/main.css", 200, "main"],
      ["/static/a%20b.txt", 200, "blank"],
      ["/lib/v2/core", 200, "two"],
      ["/lib/v3/core", 404, '{"error":"No such file"}'],
      ["/static/css", 404, '{"error":"No such file"}'],
      ["/static/constructor", 404, '{"error":"No such file"}'],
      ["/static/", 400, '{"error":"Invalid path"}'],
    ] as const) {
      const response = await send(app, path);
      assert.deepEqual([response.status, await response.text()], [status, text], path);
    }
  },

  "dot segments leave the folder before matching, and encoded ones reach the handler, which refuses them": async () => {
    for (const [path, status] of [
      ["/static/../index.html", 404],
      ["/static/%2e%2e/index.html", 404],
      ["/static/css/../css/main.css", 200],
      ["/static/..%2findex.html", 400],
      ["/static/css/..%2F..%2F..%2Findex.html", 400],
      ["/static//etc/passwd", 400],
      ["/static/a%00b", 400],
    ] as const)
      assert.equal((await send(app, path)).status, status, path);
  },

  "the handler sets the type and the caching of a file by its name": async () => {
    for (const [path, type, cache] of [
      ["/", "text/html", "no-cache"],
      ["/static/css/main.css", "text/css", "public, max-age=3600"],
      ["/static/app.0123abcd.js", "text/javascript", "public, max-age=31536000, immutable"],
      ["/static/a%20b.txt", "application/octet-stream", "public, max-age=3600"],
    ] as const) {
      const { headers } = await send(app, path);
      assert.deepEqual([headers.get("content-type"), headers.get("cache-control")], [type, cache], path);
    }
  },

  "the handler evaluates conditional requests and negotiates the encoding": async () => {
    const ask = async (headers: Record<string, string>) => {
      const response = await send(app, "/app.js", { headers });
      return [response.status, response.headers.get("x-packed"), await response.text()];
    };
    assert.deepEqual(await ask({}), [200, null, "plain"]);
    assert.deepEqual(await ask({ "if-none-match": '"plain"' }), [304, null, ""]);
    assert.deepEqual(await ask({ "if-none-match": '"other"' }), [200, null, "plain"]);
    assert.deepEqual(await ask({ "accept-encoding": "br, gzip" }), [200, "gzip", "packed"]);
  },

  "a download names the file that it was asked for": async () => {
    const { headers } = await send(app, "/download/a%20b.txt");
    assert.equal(headers.get("content-disposition"), 'attachment; filename="a b.txt"');
  },
};
