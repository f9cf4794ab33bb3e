/** The page that describes the API. */
import { html, type SafeHtml } from "@remix-run/html-template";
import type { OpenApiDocument } from "../../web/contract/document.ts";
import { layout, type PageContext } from "../../web/pages/layout.ts";
import { pageHead } from "../../web/pages/ui/page-head.ts";
import type { PlacedOperation } from "./curl.ts";
import { definition, operationArticle, operationLink, schemaArticle } from "./partials.ts";

/** @param origin The origin of the app, for the curl lines. */
export function docsPage(context: PageContext, document: OpenApiDocument, origin: string): SafeHtml {
  return layout("API", describeOnce(document, origin), context, ["docs/docs.css"]);
}

const descriptions = new WeakMap<OpenApiDocument, { readonly origin: string; readonly text: SafeHtml }>();

/** Rendering takes longer than the rest of the request, and the same document always gives the same text. */
function describeOnce(document: OpenApiDocument, origin: string): SafeHtml {
  const known = descriptions.get(document);
  if (known?.origin === origin) return known.text;
  const text = describe(document, origin);
  descriptions.set(document, { origin, text });
  return text;
}

function describe(document: OpenApiDocument, origin: string): SafeHtml {
  const { info, components } = document;
  const { schemas, securitySchemes, headers = {} } = components;
  const groups = groupByTag(document);
  const lead = `Version ${info.version}, described by OpenAPI ${document.openapi}.`;
  return html`<div class="docs">
${pageHead({ title: "API", count: String(groups.flatMap(([, operations]) => operations).length), lead, actions: html`<a href="/openapi.json">openapi.json</a>` })}
<p class="meta">Error responses are problem details (RFC 9457), described as <a href="#schema-Problem">Problem</a>; a browser that opens an address outside the API gets a page instead.</p>
<nav class="contents" aria-label="Operations">${groups.map(
    ([tag, operations]) =>
      html`<section><h2>${tag}</h2><ul class="operations">${operations.map(operationLink)}</ul></section>`,
  )}</nav>
<section aria-labelledby="credentials"><h2 id="credentials">Credentials</h2>
<dl class="entries">${Object.entries(securitySchemes).map(definition)}</dl></section>
<section aria-labelledby="headers"><h2 id="headers">Common response headers</h2>
<dl class="entries">${Object.entries(headers).map(definition)}</dl></section>
${groups.map(
  ([tag, operations]) => html`<section aria-label="${tag}"><h2>${tag}</h2>
<div>${operations.map((placed) => operationArticle(placed, document, origin))}</div></section>`,
)}
<section aria-labelledby="schemas"><h2 id="schemas">Schemas</h2>
<div>${Object.entries(schemas).map(schemaArticle)}</div></section>
</div>`;
}

/** The operations by their first tag, sorted; within a tag in the order of the document. */
function groupByTag({ paths }: OpenApiDocument): [tag: string, operations: PlacedOperation[]][] {
  const groups = new Map<string, PlacedOperation[]>();
  for (const [path, item] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const [tag = "other"] = operation.tags ?? [];
      groups.set(tag, [...(groups.get(tag) ?? []), { method: method.toUpperCase(), path, operation }]);
    }
  }
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1));
}
