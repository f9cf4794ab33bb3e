/** Generates changes of requests that match the schemas of a route, and changes that violate them. */
import fc from "fast-check";
import type { Handler } from "../../src/http/index.ts";
import { factsOf } from "../../src/web/app/guard-facts.ts";
import type { JsonSchema } from "../../src/web/contract/document.ts";
import { propertiesOf, toJsonSchema } from "../../src/web/contract/json-schema.ts";
import { BYTE_EDITS, type Change, PATH_EDITS, SPELLINGS } from "./change.ts";
import { OTHERS, OWN } from "./credentials.ts";
import { misleadingHeader, ordinaryHeader } from "./headers.ts";
import { anyJson, hostileText, valueFor } from "./values.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "patch", "X"];
const VALIDATORS = ["If-None-Match", "If-Match", "If-Range", "If-Modified-Since", "If-Unmodified-Since"];
/** Names that no schema has, including some that objects inherit. */
const NAMES = ["__proto__", "constructor", "toString", "id", "role", "userId", "owner_id", "email_verified", "x", ""];

type Arbitrary = fc.Arbitrary<Change>;
const weighted = (weight: number, arbitrary: Arbitrary) => ({ weight, arbitrary });

const setHeader = ([name, value]: readonly [string, string]): Change => ({ change: "header", name, value });

/** The inputs of a route, with generators of values that match their schemas. */
function inputsOf(handler: Handler<never>) {
  const shared = new Map<string, JsonSchema>();
  const read = (schema: unknown) => {
    const { properties = {} } = propertiesOf(toJsonSchema(schema, "input", shared), shared);
    return Object.entries(properties).map(([name, property]) => ({ name, value: valueFor(property, shared) }));
  };
  const { request = {}, guards = [] } = handler;
  const fields = guards.flatMap((guard) => factsOf(guard)?.fields ?? []);
  return { query: read(request.query), body: [...read(request.body), ...fields.flatMap(read)], shared };
}

/** Generates changes that rarely make a valid request invalid. */
export function harmlessChange(handler: Handler<never>): Arbitrary {
  const { query, body } = inputsOf(handler);
  const parameters = query.map(({ name, value }) =>
    value.map((given): Change => ({ change: "parameter", name, value: String(given), isAdded: false })),
  );
  const members = body.map(({ name, value }) =>
    value.map((given): Change => ({ change: "member", name, value: given })),
  );
  const isGet = [handler.method].flat().includes("GET");
  return fc.oneof(
    weighted(6, ordinaryHeader.map(setHeader)),
    weighted(
      2,
      fc.constantFrom(...OWN).map((kind): Change => ({ change: "credential", kind })),
    ),
    weighted(1, fc.constant<Change>({ change: "parameter", name: "utm_source", value: "x", isAdded: true })),
    ...(isGet ? [weighted(2, fc.constant<Change>({ change: "method", method: "HEAD" }))] : []),
    ...(isGet ? [weighted(2, fc.constant<Change>({ change: "validator", name: "If-None-Match" }))] : []),
    ...(query.length > 0 ? [weighted(1, fc.constant<Change>({ change: "next page" }))] : []),
    ...(parameters.length > 0 ? [weighted(4, fc.oneof(...parameters))] : []),
    ...(members.length > 0 ? [weighted(5, fc.oneof(...members))] : []),
    ...(body.length > 0
      ? [
          weighted(
            2,
            fc.constantFrom(...SPELLINGS).map((spelling): Change => ({ change: "spelling", spelling })),
          ),
        ]
      : []),
  );
}

/** Generates changes that most routes refuse. */
export function hostileChange(handler: Handler<never>): Arbitrary {
  const { query } = inputsOf(handler);
  const names = fc.constantFrom(...query.map(({ name }) => name), ...NAMES);
  const index = fc.nat({ max: 9 });
  return fc.oneof(
    weighted(
      2,
      fc.constantFrom(...METHODS).map((method): Change => ({ change: "method", method })),
    ),
    weighted(6, misleadingHeader.map(setHeader)),
    weighted(
      2,
      fc
        .constantFrom("Content-Type", "Sec-Fetch-Site", "Upgrade", "Cookie", "Authorization")
        .map((name): Change => ({ change: "no header", name })),
    ),
    weighted(
      1,
      fc.constantFrom(...VALIDATORS).map((name): Change => ({ change: "validator", name })),
    ),
    weighted(
      6,
      fc.constantFrom(...OTHERS).map((kind): Change => ({ change: "credential", kind })),
    ),
    weighted(
      3,
      fc.tuple(names, hostileText, fc.boolean()).map(
        ([name, value, isAdded]): Change => ({
          change: "parameter",
          name,
          value,
          isAdded,
        }),
      ),
    ),
    weighted(
      1,
      hostileText.map((text): Change => ({ change: "query", text })),
    ),
    weighted(
      4,
      fc.tuple(index, hostileText, fc.boolean()).map(
        ([at, value, isRaw]): Change => ({
          change: "segment",
          index: at,
          value,
          isRaw,
        }),
      ),
    ),
    weighted(
      1,
      fc.constantFrom(...PATH_EDITS).map((edit): Change => ({ change: "path", edit })),
    ),
    weighted(2, fc.constant<Change>({ change: "stranger's path" })),
    weighted(
      3,
      fc.tuple(fc.constantFrom(...NAMES), anyJson).map(
        ([name, value]): Change => ({
          change: "member",
          name,
          value,
        }),
      ),
    ),
    weighted(
      5,
      fc.tuple(index, anyJson, fc.boolean()).map(
        ([at, value, isRemoved]): Change => ({
          change: "some member",
          index: at,
          value,
          isRemoved,
        }),
      ),
    ),
    weighted(
      1,
      anyJson.map((json): Change => ({ change: "body", json })),
    ),
    weighted(
      4,
      fc
        .tuple(fc.constantFrom(...BYTE_EDITS), fc.nat({ max: 2_000 }), fc.nat({ max: 255 }))
        .map(([edit, at, byte]): Change => ({ change: "bytes", edit, at, byte })),
    ),
  );
}
