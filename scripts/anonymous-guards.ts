/** Finds guards without a name, which the printed policy could not tell apart. */
import type { PolicyRoute } from "../src/web/app/policy.ts";

/** @returns A sentence for each, with the form that gives it a name. */
export function findAnonymousGuards(routes: readonly Pick<PolicyRoute, "methods" | "path" | "guards">[]): string[] {
  return routes.flatMap(({ methods, path, guards }) =>
    guards.flatMap(({ name }, index) =>
      name === "(anonymous)"
        ? [
            `${methods.join(", ")} ${path}: guard ${index + 1} of ${guards.length} has no name. ` +
              "Write a named function, such as function requireOwner(c) { … }, also inside headGuard(…) and in a factory.",
          ]
        : [],
    ),
  );
}
