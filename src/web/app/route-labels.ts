/** The labels of routes, such as `POST /login`. */
// This file imports only types: `npm run routes` loads it before the app, so that it can report an app that fails to load.
import type { RouteDescription } from "../../http/index.ts";

/** Whether `preflightRoutes` has added the route: an OPTIONS route without guards, schemas or hooks of its own. */
export function isPreflight({ methods, cors, schemas, guards, onResponse, onError }: LabeledRoute): boolean {
  return methods.join() === "OPTIONS" && cors && [schemas, guards, onResponse, onError].every(({ length }) => !length);
}

/** The properties that the labels of a route depend on. */
type LabeledRoute = Pick<RouteDescription, "methods" | "path" | "schemas"> & { readonly cors: boolean } & Readonly<
    Record<"guards" | "onResponse" | "onError", readonly unknown[]>
  >;

/** The labels by which exceptions name a route, such as `POST /login`. `GET` includes HEAD. */
export function labelsOf(route: LabeledRoute): string[] {
  if (isPreflight(route)) return ["OPTIONS *"];
  const { methods, path } = route;
  return methods.filter((method) => method !== "HEAD" || !methods.includes("GET")).map((method) => `${method} ${path}`);
}
