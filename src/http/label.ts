/** Names routes, for errors and for people. */
import type { Handler } from "./route.ts";

/** The names of a route, one a method, such as `GET /users/:id`. */
export function labelsOf(handler: Handler): string[] {
  return methodsOf(handler).map((method) => label(method, handler));
}

/** A route's methods; `*` stands for all. */
export function methodsOf(handler: Handler): readonly string[] {
  return typeof handler.method === "string" ? [handler.method] : handler.method;
}

/** The name of a route under one of its methods. */
export function label(method: string, handler: Handler): string {
  return `${method === "*" ? "ALL" : method} ${handler.path}`;
}
