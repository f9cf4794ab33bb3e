/** The route table as the requests that it answers, for tests that send each of them. */
import type { Handler } from "../../src/http/index.ts";
import { describePolicy, type PolicyRoute } from "../../src/web/app/policy.ts";

/** A route with one of its methods. */
export interface PolicyRequest extends PolicyRoute {
  readonly method: string;
}

/** Lists one row per method and path, in the table's order. */
export function listRequests(handlers: readonly Handler<never>[]): PolicyRequest[] {
  return describePolicy(handlers).flatMap((route) => route.methods.map((method) => ({ ...route, method })));
}
