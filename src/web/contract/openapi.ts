/** Derives the OpenAPI 3.1 document of an app from its route table. */
import type { Handler } from "../../http/index.ts";
import { APP_NAME } from "../app/app-name.ts";
import type { Credential } from "../app/guard-facts.ts";
import type { OpenApiDocument, Operation } from "./document.ts";
import type { SharedSchemas } from "./json-schema.ts";
import { COMMON_HEADERS, describeOperation } from "./operations.ts";
import { joinNames, type PathTemplate, rename, shapeOf, templatesOf } from "./paths.ts";
import { SECURITY_SCHEMES } from "./security.ts";

/** Raise this version with each change that breaks clients. */
const API_VERSION = "1.0.0";

/** The methods that OpenAPI 3.1 can describe. GET includes HEAD, and preflights are not part of the API. */
const METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE"];

const documents = new WeakMap<readonly Handler<never>[], OpenApiDocument>();

/**
 * Describes the routes that declare `responses`. The document is derived once for each table.
 *
 * @throws If two different schemas have the same id.
 *
 * @example
 * const document = describeApi(app);
 * const operation = document.paths["/api/notes/{id}"]?.get;
 */
export function describeApi({ handlers }: { readonly handlers: readonly Handler<never>[] }): OpenApiDocument {
  const document = documents.get(handlers) ?? derive(handlers);
  documents.set(handlers, document);
  return document;
}

/** The place of an operation in the document. */
export interface OperationPlace {
  readonly handler: Handler<never>;
  readonly method: string;
  /** With the names of the route's own pattern. */
  readonly path: PathTemplate;
  /** The names of the path parameters in the document. */
  readonly names: readonly string[];
}

/** Lists the operations of a table, each with its place in the document. */
export function placeOperations(handlers: readonly Handler<never>[]): OperationPlace[] {
  const operations = handlers
    .filter(({ responses }) => responses !== undefined)
    .flatMap((handler) => methodsOf(handler).map((method) => ({ handler, method })))
    .flatMap((operation) => templatesOf(operation.handler.path).map((path) => ({ ...operation, path })));
  const byShape = Map.groupBy(operations, ({ path }) => shapeOf(path));
  return operations.map((operation) => {
    const same = byShape.get(shapeOf(operation.path)) ?? [];
    return { ...operation, names: joinNames(same.map(({ path }) => path)) };
  });
}

function methodsOf({ method }: Handler<never>): readonly string[] {
  const methods = [method].flat();
  return METHODS.filter((name) => methods.includes(name) || (methods.includes("*") && name !== "TRACE"));
}

function derive(handlers: readonly Handler<never>[]): OpenApiDocument {
  const shared: SharedSchemas = new Map();
  const paths: Record<string, Record<string, Operation>> = {};
  const ids = new Set<string>();
  for (const { handler, method, path, names } of placeOperations(handlers)) {
    const { template } = rename(path, names);
    paths[template] ??= {};
    // Of routes for the same method and shape, the first one describes it.
    if (paths[template][method.toLowerCase()]) continue;
    const operation = describeOperation(handler, method, path, names, shared);
    const operationId = distinct(operation.operationId, ids);
    paths[template][method.toLowerCase()] = { ...operation, operationId };
  }
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  return {
    openapi: "3.1.1",
    info: { title: APP_NAME, version: API_VERSION },
    paths,
    components: {
      schemas: Object.fromEntries([...shared].sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: schemesOf(operations),
      headers: COMMON_HEADERS,
    },
  };
}

function distinct(id: string, ids: Set<string>): string {
  let [unused, count] = [id, 1];
  while (ids.has(unused)) unused = `${id}${++count}`;
  ids.add(unused);
  return unused;
}

function schemesOf(operations: readonly Operation[]): OpenApiDocument["components"]["securitySchemes"] {
  const used = new Set(operations.flatMap(({ security = [] }) => security.flatMap((one) => Object.keys(one))));
  return Object.fromEntries(Object.entries(SECURITY_SCHEMES).filter(([name]) => used.has(name as Credential)));
}
