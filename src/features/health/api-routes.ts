/** Reports whether the Worker responds, and whether its dependencies do. */
import type { AppLocals, ReadinessCheck } from "../../env.ts";
import { limitAddress } from "../../limits/limit-address.ts";
import { logFailure } from "../../web/app/log.ts";
import { route } from "../../web/app/scope.ts";
import { retryRead } from "../../web/platform/transient.ts";
import { healthBody, readinessBody, unreadyBody } from "./schema.ts";

/** Of one attempt of two. */
const CHECK_DEADLINE_MS = 2_000;

export const routes = [
  route.get("/health", {
    summary: "Check that the Worker responds",
    responses: { 200: healthBody },
    resolve: () => new Response("OK", { headers: { "Cache-Control": "no-store" } }),
  }),
  route.get("/health/ready", {
    summary: "Check the dependencies of the Worker",
    responses: { 200: readinessBody, 503: unreadyBody },
    guards: [limitAddress],
    resolve: async ({ locals }) => {
      const { app } = locals;
      const names = Object.keys(app.checks);
      const results = await Promise.all(Object.values(app.checks).map((check) => run(check, locals)));
      const checks = Object.fromEntries(names.map((name, index) => [name, results[index]]));
      const isReady = results.every((result) => result !== "failed");
      const headers = { "Cache-Control": "no-store", ...(!isReady && { "Retry-After": "5" }) };
      return Response.json(
        { status: isReady ? "ok" : "unavailable", checks },
        { status: isReady ? 200 : 503, headers },
      );
    },
  }),
];

/** The error is logged and not shown to the client. */
async function run(check: ReadinessCheck, locals: AppLocals): Promise<"ok" | "off" | "failed"> {
  try {
    const result = await retryRead(() => check(locals), CHECK_DEADLINE_MS);
    return result === "off" ? "off" : "ok";
  } catch (error) {
    logFailure("A readiness check failed", error);
    return "failed";
  }
}
