import { expect, test } from "vitest";
import * as z from "zod";
import { sampleOf } from "../../../src/features/docs/sample.ts";
import { describeRoutes } from "../../../src/http/index.ts";
import type { JsonSchema } from "../../../src/web/contract/document.ts";
import { describeApi } from "../../../src/web/contract/openapi.ts";
import { facts, PRODUCTION, send } from "../../harness.ts";

const { paths, components } = describeApi(facts);
const operations = Object.values(paths).flatMap((item) => Object.values(item));

test("GET /openapi.json describes the app, and any origin of the configuration may read it", async () => {
  const response = await send(
    "/openapi.json",
    { headers: { Origin: "https://a.example" } },
    { CORS_ORIGINS: "https://a.example" },
  );
  expect([
    response.status,
    response.headers.get("Content-Type"),
    response.headers.get("Access-Control-Allow-Origin"),
  ]).toEqual([200, "application/json", "https://a.example"]);
  expect(await response.json()).toEqual(JSON.parse(JSON.stringify(describeApi(facts))));
});

test.each([{}, PRODUCTION])("anyone may open GET /docs, with the bindings %j", async (bindings) => {
  const response = await send("/docs", {}, bindings);
  expect([response.status, response.headers.get("Content-Type")]).toEqual([200, "text/html; charset=utf-8"]);
});

test("GET /docs shows every operation and every schema, each with an address, and every link leads to one", async () => {
  const page = await (await send("/docs")).text();
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  const links = [...page.matchAll(/ href="#([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids).toEqual(
    expect.arrayContaining([
      ...operations.map(({ operationId }) => operationId),
      ...Object.keys(components.schemas).map((name) => `schema-${name}`),
    ]),
  );
  expect(links.filter((link) => !ids.includes(link))).toEqual([]);
});

test("GET /docs has a curl line for each operation, with the origin of the app", async () => {
  const page = await (await send("/docs", {}, PRODUCTION)).text();
  const commands = [...page.matchAll(/<code>curl [^<]*<\/code>/g)].map(([command]) => command);
  expect(commands).toHaveLength(operations.length);
  expect(commands.filter((command) => !command.includes(`${PRODUCTION.PUBLIC_ORIGIN}/`))).toEqual([]);
});

test("GET /docs has the current origin of the app after it was opened under another origin", async () => {
  for (const host of ["a", "b", "a"]) {
    const page = await (await send("/docs", {}, { PUBLIC_ORIGIN: `https://${host}.example` })).text();
    const hosts = [...page.matchAll(/<code>curl [^<]*https:\/\/(\w)\.example/g)].map(([, found]) => found);
    expect([hosts.length, new Set(hosts)]).toEqual([operations.length, new Set([host])]);
  }
});

const bodies = describeRoutes(facts.handlers).flatMap(({ methods: [method], path }, row) => {
  const schema = facts.handlers[row]?.request?.body;
  return schema instanceof z.ZodType ? [{ name: `${method} ${path}`, schema }] : [];
});

test.each(bodies)("the body of the curl line of $name is valid", ({ schema }) => {
  const { $defs = {}, ...json } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema & {
    readonly $defs?: Record<string, JsonSchema>;
  };
  expect(schema.safeParse(sampleOf(json, $defs)).error?.issues ?? []).toEqual([]);
});
