/** Derives the operation of a route: its parameters, bodies, responses and credentials. */
import type { Handler } from "../../http/index.ts";
import { factsOf } from "../app/guard-facts.ts";
import type { Header, JsonSchema, OpenApiResponse, Operation, Parameter, Reference } from "./document.ts";
import { isOptional, propertiesOf, type SharedSchemas, toJsonSchema } from "./json-schema.ts";
import { operationIdOf, type PathTemplate, toParameters } from "./paths.ts";
import { listResponseCases, type ResponseCase } from "./response-cases.ts";
import { CREDENTIAL_HEADERS, securityOf } from "./security.ts";

/** The headers that many responses have, by name. The document defines each once. */
export const COMMON_HEADERS: Readonly<Record<string, Header>> = {
  "X-Request-Id": common("The id of the request. Absent if a shared cache may store the response."),
  "RateLimit-Policy": common("The limits that applied to the request, with their windows in seconds."),
  RateLimit: common("The remaining requests of each limit, and the seconds until more become available."),
  "X-RateLimit-Limit": common("The maximum of the limit that has the fewest remaining requests."),
  "X-RateLimit-Remaining": common("The remaining requests of the same limit."),
  "X-RateLimit-Reset": common("The time at which more requests become available, in seconds since the epoch."),
};

/** Headers that OpenAPI describes elsewhere: in bodies, responses and security schemes. */
const DESCRIBED_ELSEWHERE = ["accept", "content-type", ...CREDENTIAL_HEADERS];

/** Describes a route for one of its methods. @param names The names of the path parameters in the document. */
export function describeOperation(
  handler: Handler<never>,
  method: string,
  path: PathTemplate,
  names: readonly string[],
  shared: SharedSchemas,
): Operation {
  const { summary, tag, guards = [], request = {} } = handler;
  const security = securityOf(guards);
  const schemas = propertiesOf(toJsonSchema(request.params, "input", shared), shared).properties;
  const query = propertiesOf(toJsonSchema(request.query, "input", shared), shared);
  const parameters = [...toParameters(path, names, schemas), ...queryParameters(query), ...headerParameters(handler)];
  const requestBody = describeBodyOf(handler, shared);
  return {
    operationId: operationIdOf(method, path),
    ...(summary !== undefined && { summary }),
    ...(tag !== undefined && { tags: [tag] }),
    ...(security && { security }),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: describeResponses(handler, shared),
  };
}

function queryParameters({ properties = {}, required = [] }: Pick<JsonSchema, "properties" | "required">): Parameter[] {
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    ...(description !== undefined && { description }),
    required: required.includes(name),
    schema,
  }));
}

function headerParameters({ requestHeaders, guards = [] }: Handler<never>): Parameter[] {
  const facts = guards.flatMap((guard) => factsOf(guard) ?? []);
  const required = Object.assign({}, ...facts.map(({ requiredHeaders }) => requiredHeaders));
  const headers = Object.assign({}, required, ...facts.map((one) => one.requestHeaders), requestHeaders);
  return Object.entries<string>(headers)
    .filter(([name]) => !DESCRIBED_ELSEWHERE.includes(name.toLowerCase()))
    .map(([name, description]) => ({
      name,
      in: "header",
      description,
      required: name in required,
      schema: { type: "string" },
    }));
}

function describeBodyOf(handler: Handler<never>, shared: SharedSchemas): Operation["requestBody"] {
  const { request: { body } = {}, mediaTypes = [], guards = [] } = handler;
  if (body !== undefined)
    return {
      required: !isOptional(body),
      content: { "application/json": { schema: toJsonSchema(body, "input", shared) } },
    };
  const types = [...mediaTypes, ...guards.flatMap((guard) => factsOf(guard)?.mediaTypes ?? [])];
  if (types.length === 0) return undefined;
  return { required: true, content: Object.fromEntries(types.map((type) => [type, {}])) };
}

function describeResponses(handler: Handler<never>, shared: SharedSchemas): Operation["responses"] {
  const isLimited = (handler.guards ?? []).some((guard) =>
    factsOf(guard)?.limits?.some((limit) => "windowSeconds" in limit),
  );
  const byStatus = Map.groupBy(listResponseCases(handler, shared), ({ status }) => status);
  const sorted = [...byStatus].sort(([a], [b]) => a - b);
  return Object.fromEntries(sorted.map(([status, cases]) => [status, merge(status, cases, isLimited)]));
}

function merge(status: number, cases: readonly ResponseCase[], isLimited: boolean): OpenApiResponse {
  const showsLimits = isLimited && (status < 300 || status === 429);
  const refs = Object.keys(COMMON_HEADERS).filter((name) => name === "X-Request-Id" || showsLimits);
  const content = mergeContent(cases);
  return {
    description: mergeDescriptions(cases),
    headers: { ...mergeHeaders(cases), ...Object.fromEntries(refs.map((name) => [name, referenceTo(name)])) },
    ...(Object.keys(content).length > 0 && { content }),
  };
}

function mergeDescriptions(cases: readonly ResponseCase[]): string {
  const textsOf = (isDenial: boolean) =>
    new Set(cases.filter((one) => one.isDenial === isDenial).map(({ description }) => description));
  const guards = [...textsOf(true)].join(", ");
  return [...textsOf(false), ...(guards === "" ? [] : [`Denied by ${guards}.`])].join(" ");
}

/** A header is required if every case of the status has it. */
function mergeHeaders(cases: readonly ResponseCase[]): Readonly<Record<string, Header>> {
  const headers: Readonly<Record<string, Header>> = Object.assign({}, ...cases.map((one) => one.headers));
  const isRequired = (name: string) => cases.every((one) => one.headers[name]?.required === true);
  return Object.fromEntries(
    Object.entries(headers).map(([name, header]) => [name, { ...header, required: isRequired(name) }]),
  );
}

function mergeContent(cases: readonly ResponseCase[]): NonNullable<OpenApiResponse["content"]> {
  const types = new Set(cases.flatMap(({ content }) => Object.keys(content)));
  return Object.fromEntries(
    [...types].map((type) => [type, mediaTypeOf(cases.flatMap((one) => one.content[type] ?? []))]),
  );
}

function mediaTypeOf(schemas: readonly JsonSchema[]): { readonly schema?: JsonSchema } {
  const [first = {}, ...others] = [...new Map(schemas.map((schema) => [JSON.stringify(schema), schema])).values()];
  if (others.length > 0) return { schema: { anyOf: [first, ...others] } };
  return Object.keys(first).length > 0 ? { schema: first } : {};
}

function referenceTo(header: string): Reference {
  return { $ref: `#/components/headers/${header}` };
}

function common(description: string): Header {
  return { description, required: false, schema: { type: "string" } };
}
