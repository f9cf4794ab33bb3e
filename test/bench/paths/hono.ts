/** The measured paths in Hono with its own middleware, on the same bindings, stores, pages and manifest as the app. */
import { Hono } from "hono";
import { csrf } from "hono/csrf";
import { etag } from "hono/etag";
import { requestId } from "hono/request-id";
import { validator } from "hono/validator";
import { facts } from "../../../src/app.ts";
import { loadManifest } from "../../../src/assets/load-manifest.ts";
import { assetUrl, findAsset, moduleUrls, objectKeyOf } from "../../../src/assets/manifest.ts";
import { negotiateEncoding } from "../../../src/assets/negotiate-encoding.ts";
import type { AppLocals } from "../../../src/env.ts";
import { isMailOn } from "../../../src/identity/mail/providers.ts";
import { csrfTokenOf } from "../../../src/identity/sessions/page-session.ts";
import { htmlResponse } from "../../../src/web/pages/html.ts";
import type { PageContext } from "../../../src/web/pages/layout.ts";
import {
  type C,
  limitAddress,
  limitUser,
  log,
  openStorage,
  problem,
  secure,
  securePage,
  share,
  type Types,
} from "./hono-middleware.ts";
import type { MeasuredPaths, OwnedRow } from "./measured.ts";

const identified = requestId({ headerName: "X-Request-Id", limitLength: 64 });

/** @returns The app with the paths of a feature, and the static files. */
export function createHonoApp<TRow extends OwnedRow, TQuery>(paths: MeasuredPaths<TRow, TQuery>): Hono<Types> {
  const app = new Hono<Types>();
  app.use(log);
  app.use("/api/*", identified, secure, openStorage, limitAddress, share, limitUser, csrf());
  app.use(`${paths.api}/:id`, etag());
  app.use(paths.page, identified, securePage, openStorage, limitAddress, limitUser, csrf());
  app.use("/static/*", secure, share, etag());

  app.get(`${paths.api}/:id`, async (c) => {
    const row = await paths.read(c.get("db"), c.req.param("id").toLowerCase());
    if (row?.ownerId !== c.get("user").id) return problem(c, 404, "There is nothing at this address.");
    const { ownerId, version, ...body } = row;
    return c.newResponse(JSON.stringify(body), 200, {
      "Content-Type": "application/json",
      "Cache-Control": "private, no-cache",
      ETag: `"v${version}"`,
    });
  });

  const validQuery = validator("query", (query, c) => {
    const { success, data } = paths.query.safeParse(query);
    return success ? { query: data } : c.text("The query is invalid", 400);
  });
  app.get(paths.page, validQuery, async (c) => {
    const { query } = c.req.valid("query");
    const rows = await paths.list(c.get("db"), c.get("user").id, query);
    const response = htmlResponse(paths.render(await pageContextOf(c), query, rows));
    response.headers.set("Vary", "HX-Request");
    // Hono drops the headers set so far if a handler returns a response of its own.
    response.headers.set("X-Request-Id", c.get("requestId"));
    return response;
  });

  app.get("/static/*", serveAsset);
  return app;
}

async function pageContextOf(c: C): Promise<PageContext> {
  const manifest = await loadManifest({ locals: localsOf(c) });
  return {
    app: facts,
    user: c.get("user"),
    homePath: facts.homePath,
    path: c.req.path,
    csrf: csrfTokenOf(c.get("secret")),
    theme: "system",
    isDevelopment: c.env.ENVIRONMENT === "development",
    isMailOn: isMailOn(c.env),
    flashes: [],
    assetUrl: (path) => assetUrl(manifest, path),
    moduleUrls: (path) => moduleUrls(manifest, path),
  };
}

async function serveAsset(c: C): Promise<Response> {
  const manifest = await loadManifest({ locals: localsOf(c) });
  const asset = findAsset(manifest, decodeURIComponent(c.req.path.slice("/static/".length)));
  if (!asset) return problem(c, 404, "There is nothing at this address.");
  const encoding = negotiateEncoding(c.req.raw, Object.keys(asset.encodings));
  const headers = {
    "Cache-Control": asset.isImmutable ? "public, max-age=31536000, immutable" : "public, no-cache",
    ETag: `"${asset.hash.slice(0, 32)}${encoding ? `-${encoding}` : ""}"`,
    Vary: "Accept-Encoding",
  };
  // The middleware would compare after the bytes were read.
  if (c.req.header("If-None-Match") === headers.ETag) return c.body(null, 304, headers);
  const object = await c.env.ASSETS.get(objectKeyOf(asset, encoding));
  return new Response(object?.body ?? null, { headers: { ...headers, "Content-Type": asset.type } });
}

function localsOf(c: C): AppLocals {
  return { env: c.env, ctx: c.executionCtx } as unknown as AppLocals;
}
