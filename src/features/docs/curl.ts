/** Writes an operation as a command for curl. */
import type { JsonSchema, OpenApiDocument, Operation, Parameter, SecurityScheme } from "../../web/contract/document.ts";
import { sampleOf } from "./sample.ts";

/** An operation with its place in the document. */
export interface PlacedOperation {
  /** In upper case. */
  readonly method: string;
  /** The path template, such as `/api/notes/{id}`. */
  readonly path: string;
  readonly operation: Operation;
}

/** The headers that open a WebSocket (RFC 6455 §4.1). The key is the example of §1.3. */
const HANDSHAKE = [
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];

/**
 * Writes one line that a shell can run, with sample values for required parameters and the body. The first credential
 * that the operation accepts comes from a shell variable named after its scheme in upper case, such as `TOKEN`.
 *
 * @param origin The origin of the app.
 * @param components The schemas and security schemes that the operation refers to.
 */
export function writeCurl(
  { method, path, operation }: PlacedOperation,
  origin: string,
  { schemas, securitySchemes }: Pick<OpenApiDocument["components"], "schemas" | "securitySchemes">,
): string {
  const { parameters = [], requestBody, responses, security = [] } = operation;
  const [name = ""] = Object.keys(security[0] ?? {});
  const scheme = securitySchemes[name];
  const required = parameters
    .filter(isRequiredHeader)
    .map((one) => `${one.name}: ${sampleOf(one.schema ?? {}, schemas)}`);
  const headers = [
    ...(scheme ? [`"${credentialHeader(scheme, `$${name.toUpperCase()}`)}"`] : []),
    ...(101 in responses ? HANDSHAKE : required).map(quote),
  ];
  return [
    101 in responses ? "curl -i -N" : "curl",
    ...(method === "GET" ? [] : ["-X", method]),
    quote(origin + addressOf(path, parameters, schemas)),
    ...headers.map((header) => `-H ${header}`),
    ...(requestBody ? writeBody(requestBody.content, schemas) : []),
  ].join(" ");
}

function credentialHeader({ type, in: place, name }: SecurityScheme, value: string): string {
  if (type === "http") return `Authorization: Bearer ${value}`;
  return place === "cookie" ? `Cookie: ${name}=${value}` : `${name}: ${value}`;
}

const isRequiredHeader = (parameter: Parameter) => parameter.in === "header" && parameter.required === true;

function addressOf(path: string, parameters: readonly Parameter[], schemas: Readonly<Record<string, JsonSchema>>) {
  const sample = ({ schema = {} }: Parameter) => encodeURIComponent(String(sampleOf(schema, schemas)));
  const filled = parameters
    .filter((parameter) => parameter.in === "path")
    .reduce((rest, parameter) => rest.replace(`{${parameter.name}}`, sample(parameter)), path);
  const query = parameters.filter((parameter) => parameter.in === "query" && parameter.required === true);
  return filled + (query.length > 0 ? `?${query.map((one) => `${one.name}=${sample(one)}`).join("&")}` : "");
}

function writeBody(
  content: NonNullable<Operation["requestBody"]>["content"],
  schemas: Readonly<Record<string, JsonSchema>>,
): string[] {
  const [mediaType = "", { schema = {} } = {}] = Object.entries(content)[0] ?? [];
  if (mediaType === "multipart/form-data") return ["-F file=@README.md"];
  if (!mediaType.endsWith("json")) return ["--data-binary @README.md"];
  return [`-H ${quote(`Content-Type: ${mediaType}`)}`, `-d ${quote(JSON.stringify(sampleOf(schema, schemas)))}`];
}

/** Quotes for a POSIX shell. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
