/** The parts of the page that describes the API: an operation, a schema, a credential. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type {
  Header,
  JsonSchema,
  OpenApiDocument,
  OpenApiResponse,
  Operation,
  Parameter,
  Reference,
  SecurityScheme,
} from "../../web/contract/document.ts";
import { type PlacedOperation, writeCurl } from "./curl.ts";
import { nameOf, writeSchema } from "./schema-text.ts";

/** A link to an operation on the same page. */
export function operationLink({ method, path, operation }: PlacedOperation): SafeHtml {
  return html`<li><a href="#${operation.operationId}"><code><b>${method}</b> ${path}</code></a></li>`;
}

/** @param origin The origin of the app. */
export function operationArticle(placed: PlacedOperation, document: OpenApiDocument, origin: string): SafeHtml {
  const { method, path, operation } = placed;
  const { operationId, summary, parameters = [], requestBody, responses } = operation;
  const { headers = {} } = document.components;
  return html`<article class="card operation" id="${operationId}">
<h3><a href="#${operationId}"><code><b>${method}</b> ${path}</code></a></h3>
<p>${summary ?? ""}</p>
<p class="meta">${credentialsOf(operation)}</p>
${parameters.length > 0 ? parameterTable(parameters) : ""}
${requestBody ? html`<h4>Body</h4>${contentOf(requestBody.content)}` : ""}
<h4>Responses</h4>
<dl class="responses">${Object.entries(responses).map((entry) => responseItem(entry, headers))}</dl>
<h4>With curl</h4>
${codeBlock(writeCurl(placed, origin, document.components), `curl for ${method} ${path}`)}
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
<div class="table"><table><thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Value</th></tr></thead>
<tbody>${parameters.map(({ name, in: place, required = false, schema = {}, description }) => {
    return html`<tr><th scope="row"><code>${name}</code></th><td data-label="In">${place}${required ? "" : ", optional"}</td>
<td data-label="Value">${writeSchema(schema)}${description === undefined ? "" : html` <small>${description}</small>`}</td></tr>`;
  })}</tbody></table></div>`;
}

function responseItem(
  [status, response]: [string, OpenApiResponse],
  known: Readonly<Record<string, Header>>,
): SafeHtml {
  const { description, headers = {}, content = {} } = response;
  const names = Object.entries(headers).map(([name, header]) =>
    isRequired(header, known) ? name : `${name}, if it applies`,
  );
  return html`<dt><code>${status}</code></dt><dd>${description}
${names.length > 0 ? html`<p class="meta">Headers: ${names.join("; ")}</p>` : ""}
${contentOf(content)}</dd>`;
}

function isRequired(header: Header | Reference, known: Readonly<Record<string, Header>>): boolean {
  const found = "$ref" in header ? known[nameOf(header.$ref)] : header;
  return found?.required === true;
}

/** Each media type with its schema; a schema of its own is a link. */
function contentOf(content: OpenApiResponse["content"] = {}): SafeHtml[] {
  return Object.entries(content).map(([mediaType, { schema = {} }]) => {
    if (schema.$ref !== undefined)
      return html`<p><code>${mediaType}</code> <a href="#schema-${nameOf(schema.$ref)}">${nameOf(schema.$ref)}</a></p>`;
    return html`<p><code>${mediaType}</code></p>${codeBlock(writeSchema(schema), mediaType)}`;
  });
}

/** A block that can be scrolled with the keyboard. */
function codeBlock(text: string, label: string): SafeHtml {
  return html`<pre tabindex="0" role="region" aria-label="${label}"><code>${text}</code></pre>`;
}

export function schemaArticle([name, schema]: [string, JsonSchema]): SafeHtml {
  return html`<article class="card" id="schema-${name}"><h3><a href="#schema-${name}">${name}</a></h3>
${codeBlock(writeSchema(schema), name)}</article>`;
}

export function schemeItem([name, { description = "" }]: [string, SecurityScheme]): SafeHtml {
  return html`<dt><code>${name}</code></dt><dd>${description}</dd>`;
}
