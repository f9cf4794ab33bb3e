/** Checks every response that a test sees against the OpenAPI document of the app that sent it. */
import { type OutputUnit, type Schema, Validator } from "@cfworker/json-schema";
import { type Handler, route, setup } from "../src/http/index.ts";
import type { Header, JsonSchema, OpenApiDocument, OpenApiResponse, Operation } from "../src/web/contract/document.ts";
import { describeApi, placeOperations } from "../src/web/contract/openapi.ts";
import { rename } from "../src/web/contract/paths.ts";

/** A response of workerd or of Node. */
interface SeenResponse {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: unknown;
  clone(): { text(): Promise<string> };
}

interface SeenRequest {
  readonly method: string;
  readonly url: string;
}

type Handlers = readonly Handler<never>[];

/**
 * Throws a sentence if a response does not match the document of its app in status, media type, headers or body. The body is read from a copy, and only if it is JSON or plain text: never a stream, a socket or a file.
 * A route that declares no responses is not checked.
 */
export async function checkResponse(app: { handlers: Handlers }, request: SeenRequest, response: SeenResponse) {
  const found = await findOperation(app.handlers, request);
  if (!found) return;
  const { label, document, operation } = found;
  const fail = (reason: string) => {
    throw new Error(`${label} does not match its document: ${response.status} ${reason}`);
  };
  const declared = operation.responses[response.status];
  if (!declared) return fail(`is not declared, only ${Object.keys(operation.responses).join(", ")}`);
  const missing = requiredHeaders(document, declared).filter((name) => response.headers.get(name) === null);
  if (missing.length > 0) return fail(`lacks the header ${missing.join(", ")}`);
  const type = (response.headers.get("Content-Type") ?? "").replace(/;.*/, "").trim().toLowerCase();
  const { content } = declared;
  if (!content)
    return response.body === null ? undefined : fail(`has a body of the type "${type}", but none is declared`);
  if (response.body === null) return request.method === "HEAD" ? undefined : fail("has no body");
  const media = content[type] ?? content["*/*"];
  if (!media)
    return fail(`has the media type "${type}", which is not declared, only ${Object.keys(content).join(", ")}`);
  if (!media.schema || !isText(type)) return;
  const text = await response.clone().text();
  const errors = validate(document, media.schema, type === "text/plain" ? text : JSON.parse(text));
  if (errors.length > 0) fail(`has a body that does not match: ${errors.join("; ")}`);
}

/** Whether a body of this type is short, and complete at once. */
function isText(type: string): boolean {
  return /^application\/(.+\+)?json$|^text\/plain$/.test(type);
}

function requiredHeaders({ components }: OpenApiDocument, { headers = {} }: OpenApiResponse): string[] {
  const isRequired = (header: Header | { $ref: string }) =>
    "$ref" in header ? components.headers?.[header.$ref.split("/").at(-1) ?? ""]?.required : header.required;
  return Object.keys(headers).filter((name) => headers[name] && isRequired(headers[name]));
}

const validators = new WeakMap<JsonSchema, Validator>();

/** @returns A message for each value that the schema refuses. */
function validate({ components }: OpenApiDocument, schema: JsonSchema, body: unknown): string[] {
  // A cast: the validator has types of its own for the same thing.
  const whole = { ...schema, components } as object as Schema;
  const validator = validators.get(schema) ?? new Validator(whole, "2020-12", false);
  validators.set(schema, validator);
  const { errors } = validator.validate(body);
  return [...new Set(errors.filter(isCause).map(toMessage))];
}

function toMessage({ instanceLocation, keyword, error }: OutputUnit): string {
  return `${instanceLocation}: ${keyword === "false" ? "This member is not declared." : error}`;
}

/** The validator also reports each place that contains the wrong value. */
function isCause({ keyword }: OutputUnit): boolean {
  return !["$ref", "properties", "items", "additionalProperties", "anyOf"].includes(keyword);
}

/** The table of an app with its document. */
interface Contract {
  readonly document: OpenApiDocument;
  /** By the route and its method. */
  readonly operations: ReadonlyMap<Handler<never>, ReadonlyMap<string, Operation>>;
  /** An app with the same paths, whose responses name the row of the route. */
  readonly locator: { fetch(request: Request): Promise<Response> };
}

const contracts = new WeakMap<Handlers, Contract>();

function contractOf(handlers: Handlers): Contract {
  const known = contracts.get(handlers);
  if (known) return known;
  const document = describeApi({ handlers });
  const operations = new Map<Handler<never>, Map<string, Operation>>();
  for (const { handler, method, path, names } of placeOperations(handlers)) {
    const operation = document.paths[rename(path, names).template]?.[method.toLowerCase()];
    const ofRoute = operations.get(handler) ?? new Map<string, Operation>();
    if (operation) operations.set(handler, ofRoute.set(method, operation));
  }
  const rows = handlers.map(({ method, path }, row) =>
    route.on(method, path, { resolve: () => new Response(null, { headers: { Row: String(row) } }) }),
  );
  const contract = { document, operations, locator: setup(rows) };
  contracts.set(handlers, contract);
  return contract;
}

/** Finds the route of a request with the core, as the app itself does, and then its operation. */
async function findOperation(handlers: Handlers, { method, url }: SeenRequest) {
  const { document, operations, locator } = contractOf(handlers);
  const row = (await locator.fetch(new Request(url, { method }))).headers.get("Row");
  const handler = row === null ? undefined : handlers[Number(row)];
  const operation = handler && operations.get(handler)?.get(method === "HEAD" ? "GET" : method);
  return operation && { label: `${method} ${handler.path}`, document, operation };
}
