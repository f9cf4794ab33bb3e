/** The parts of the page that describes the API: an operation, a schema, a credential. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type {
  Header,
  JsonSchema,
  OpenApiDocument,
  OpenApiResponse,
  Operation,
  Parameter,
  SecurityScheme,
} from "../../web/contract/document.ts";
import { type PlacedOperation, writeCurl } from "./curl.ts";
import { ANY_VALUE, nameOf, writeSchema } from "./schema-text.ts";

/** A link to an operation on the same page. */
export function operationLink({ method, path, operation }: PlacedOperation): SafeHtml {
  return html`<li><a href="#${operation.operationId}"><code><b>${method}</b> ${path}</code></a></li>`;
}

/** @param origin The origin of the app. */
export function operationArticle(placed: PlacedOperation, document: OpenApiDocument, origin: string): SafeHtml {
  const { method, path, operation } = placed;
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  return html`<article class="operation" id="${operationId}">
<h3><a href="#${operationId}"><code><b>${method}</b> ${path}</code></a></h3>
<p>${summary ?? ""}. <span class="meta">${credentialsOf(operation)}</span></p>
${parameters.length > 0 ? parameterTable(parameters) : ""}
${requestBody ? html`<h4>Body</h4>${contentOf(requestBody.content)}` : ""}
<h4>Responses</h4>
<dl class="entries">${Object.entries(responses).map(responseItem)}</dl>
<h4>With curl</h4>
<pre class="command"><code>${writeCurl(placed, origin, document.components)}</code></pre>
</article>`;
}

function credentialsOf({ security = [] }: Operation): string {
  const accepted = security.flatMap(Object.entries).map(([scheme, scopes]) => {
    return scopes.length > 0 ? `${scheme} with ${scopes.join(", ")}` : scheme;
  });
  return accepted.length === 0 ? "No credential." : `Credential: ${accepted.join(", or ")}.`;
}

function parameterTable(parameters: readonly Parameter[]): SafeHtml {
  return html`<h4>Parameters</h4>
<dl class="entries">${parameters.map(({ name, in: place, required = false, schema = {}, description = "" }) => {
    const value = `${writeSchema(schema)}, in the ${place}${required ? "" : ", optional"}`;
    return html`<dt><code>${name}</code></dt><dd><span class="type">${value}</span> ${withCode(description)}</dd>`;
  })}</dl>`;
}

/** Lists only the headers of this response: the page describes common headers once. */
function responseItem([status, { description, headers = {}, content = {} }]: [string, OpenApiResponse]): SafeHtml {
  const names = Object.entries(headers).flatMap(([name, header]) =>
    "$ref" in header ? [] : [nameHeader(name, header)],
  );
  return html`<dt><code>${status}</code></dt><dd>${withCode(description)}
${names.length > 0 ? html`<span class="meta">Headers: ${names.join(", ")}</span>` : ""}
${isProblem(content) ? "" : contentOf(content)}</dd>`;
}

function nameHeader(name: string, { required = false }: Header): string {
  return required ? name : `${name} (may be absent)`;
}

/** The page says once that errors are problem details. */
function isProblem(content: OpenApiResponse["content"] = {}): boolean {
  return "application/problem+json" in content;
}

/** Each media type with its schema; a schema with a name is a link. */
function contentOf(content: OpenApiResponse["content"] = {}): SafeHtml[] {
  return Object.entries(content).map(([mediaType, { schema = {} }]) => {
    const type = html`<code>${mediaType}</code>`;
    if (schema.$ref !== undefined)
      return html`<p class="content">${type} <a href="#schema-${nameOf(schema.$ref)}">${nameOf(schema.$ref)}</a></p>`;
    const text = writeSchema(schema);
    if (text === ANY_VALUE) return html`<p class="content">${type}</p>`;
    if (!text.includes("\n")) return html`<p class="content">${type} ${text}</p>`;
    return html`<p class="content">${type}</p>${codeBlock(text, mediaType)}`;
  });
}

/** Shows the parts between backticks as code. */
function withCode(text: string): (SafeHtml | string)[] {
  return text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}

/** A block that can be scrolled with the keyboard. */
function codeBlock(text: string, label: string): SafeHtml {
  return html`<pre tabindex="0" role="region" aria-label="${label}"><code>${text}</code></pre>`;
}

export function schemaArticle([name, schema]: [string, JsonSchema]): SafeHtml {
  return html`<article id="schema-${name}"><h3><a href="#schema-${name}">${name}</a></h3>
${codeBlock(writeSchema(schema), name)}</article>`;
}

/** A security scheme or a header. */
export function definition([name, { description = "" }]: [string, SecurityScheme | Header]): SafeHtml {
  return html`<dt><code>${name}</code></dt><dd>${withCode(description)}</dd>`;
}
