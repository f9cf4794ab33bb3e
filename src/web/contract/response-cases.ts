/** The response cases of a route: those that its handler declares, the denials of its guards, and those of every route. */
import * as z from "zod";
import type { Handler } from "../../http/index.ts";
import { factsOf } from "../app/guard-facts.ts";
import { fullNameOf } from "../app/policy.ts";
import { isApiPath } from "../request/prefers-html.ts";
import { TITLES } from "../respond/problem.ts";
import { bodyDescriptionOf, problemBody, rawBody } from "./bodies.ts";
import type { Header, JsonSchema } from "./document.ts";
import { type SharedSchemas, toJsonSchema } from "./json-schema.ts";

/** A status that a route may respond with, and one reason for it. A description merges the cases of each status. */
export interface ResponseCase {
  readonly status: number;
  /** A sentence; for a denial, the full name of the guard. */
  readonly description: string;
  readonly isDenial: boolean;
  readonly headers: Readonly<Record<string, Header>>;
  /** The schema of the body, by media type. Empty without a body. */
  readonly content: Readonly<Record<string, JsonSchema>>;
}

const DESCRIPTIONS: Readonly<Record<number, string>> = {
  101: "The connection switches protocols.",
  200: "Success.",
  201: "Created.",
  202: "Accepted.",
  204: "Done. The response has no body.",
  304: "The client has the current version.",
};

/** The headers that responses of a status have, whatever produced them. */
const HEADERS: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  303: { Location: "The page to open instead." },
  401: { "WWW-Authenticate": "The scheme of the missing or invalid credential." },
  426: { Upgrade: "The protocol to use." },
  429: { "Retry-After": "Seconds to wait before the next request." },
  503: { "Retry-After": "Seconds to wait before the next request." },
};

/** Lists the response cases of a route. @param shared Receives the schemas that they refer to. */
export function listResponseCases(handler: Handler<never>, shared: SharedSchemas): ResponseCase[] {
  const { path, responses = {}, guards = [], request = {}, bodyLimit, maxBodyBytes } = handler;
  const refusal = problemContent(path, shared);
  const refuse = (status: number, description: string, isDenial = false): ResponseCase => {
    const content = status < 400 ? {} : refusal;
    return { status, description, isDenial, headers: requiredHeaders(HEADERS[status]), content };
  };
  // A schema of another library is described as any JSON value.
  const declared = Object.entries(responses).map(([status, schema]) =>
    declaredCase(Number(status), schema instanceof z.ZodType ? schema : rawBody, refusal, shared),
  );
  const denials = guards.flatMap((guard) =>
    (factsOf(guard)?.denies ?? []).map((status) => refuse(status, fullNameOf(guard), true)),
  );
  const maxBytes = request.body === undefined ? maxBodyBytes : (bodyLimit ?? maxBodyBytes);
  const takesBody = maxBytes !== undefined || guards.some((guard) => factsOf(guard)?.isWholeBody);
  return [
    ...declared,
    // A client of the API is never redirected to a page.
    ...denials.filter(({ status }) => status !== 303 || !isApiPath(path)),
    ...(Object.values(request).some(Boolean) ? [refuse(400, "The input is invalid. `issues` lists all reasons.")] : []),
    ...(takesBody ? [refuse(408, "No byte of the body arrived for 30 seconds.")] : []),
    ...(maxBytes === undefined ? [] : [refuse(413, `The body exceeds ${maxBytes} bytes.`)]),
    refuse(500, "An unexpected error."),
    refuse(503, "A part of the platform did not respond. Reads have been tried twice."),
  ];
}

function declaredCase(
  status: number,
  described: z.ZodType,
  refusal: ResponseCase["content"],
  shared: SharedSchemas,
): ResponseCase {
  const { schema, description, mediaTypes, headers, optionalHeaders = {} } = bodyDescriptionOf(described);
  const optional = Object.entries(optionalHeaders).map(([name, text]) => [name, headerOf(text, false)] as const);
  return {
    status,
    description: description ?? DESCRIPTIONS[status] ?? `${titleOf(status)}.`,
    isDenial: false,
    headers: { ...requiredHeaders({ ...HEADERS[status], ...headers }), ...Object.fromEntries(optional) },
    content: schema === problemBody && !mediaTypes ? refusal : contentOf(schema, mediaTypes, shared),
  };
}

function contentOf(schema: z.ZodType, mediaTypes = ["application/json"] as readonly string[], shared: SharedSchemas) {
  if (schema instanceof z.ZodUndefined) return {};
  const json = toJsonSchema(schema, "output", shared);
  // A page shows the same data as the JSON, so it has no schema.
  return Object.fromEntries(mediaTypes.map((type) => [type, type === "text/html" ? {} : json]));
}

/** A refusal: problem details, or a page for a browser outside the API. */
function problemContent(path: string, shared: SharedSchemas): ResponseCase["content"] {
  const problem = { "application/problem+json": toJsonSchema(problemBody, "output", shared) };
  return isApiPath(path) ? problem : { ...problem, "text/html": {} };
}

function requiredHeaders(texts: Readonly<Record<string, string>> = {}): ResponseCase["headers"] {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, headerOf(text, true)]));
}

function headerOf(description: string, required: boolean): Header {
  return { description, required, schema: { type: "string" } };
}

function titleOf(status: number): string {
  return Object.entries(TITLES).find(([key]) => Number(key) === status)?.[1] ?? `Status ${status}`;
}
