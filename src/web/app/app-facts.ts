/** Derives facts about the app from its parts and features. */
import type { AppFacts, AppPaths } from "../../env.ts";
import { hasCors } from "../hooks/cors.ts";
import type { Feature, Part } from "./feature.ts";
import { factsOf } from "./guard-facts.ts";

/** The routes that `assemble` adds itself. */
const PREFLIGHTS = { "OPTIONS *": "preflights use only the route table and do not access storage" };

/**
 * @param all The lower floors and the features.
 * @throws If two of them contribute the same name, or if a contributed path has no route.
 */
export function deriveFacts(
  all: readonly Part[],
  features: readonly Feature[],
): Omit<AppFacts, "handlers" | "allowedMethods" | "onRequest" | "onSend"> {
  requireDistinct(
    "feature",
    features.map(({ name }) => name),
  );
  requireDistinct(
    "check",
    all.flatMap(({ checks = {} }) => Object.keys(checks)),
  );
  requireDistinct(
    "path",
    all.flatMap(({ paths = {} }) => Object.keys(paths)),
  );
  const navigation = features.flatMap(({ page }) => page ?? []);
  const paths: AppPaths = Object.assign({}, ...all.map((part) => part.paths));
  const routes = all.flatMap((part) => part.routes ?? []);
  requireRoutes(
    routes.map(({ path }) => path),
    [...navigation.map(({ path }) => path), ...Object.values(paths)],
  );
  const startPath = navigation.find((page) => page.for === "user")?.path ?? paths.account ?? paths.home ?? "/";
  const permissions = routes.flatMap(({ guards = [] }) => guards.flatMap((guard) => factsOf(guard)?.permission ?? []));
  return {
    features: features.map(({ name, routes }) => ({ name, routes: routes.length })),
    navigation,
    paths,
    startPath,
    homePath: paths.home ?? startPath,
    permissions: [...new Set(permissions)].sort(),
    checks: Object.assign({}, ...all.map((part) => part.checks)),
    erasures: all.flatMap(({ erasures = [] }) => erasures),
    activities: features.flatMap(({ activities = [] }) => activities),
    exceptions: {
      unauthenticated: Object.assign({}, ...all.map(({ exceptions }) => exceptions?.unauthenticated)),
      unlimited: Object.assign(
        {},
        ...all.map(({ exceptions }) => exceptions?.unlimited),
        routes.some(hasCors) && PREFLIGHTS,
      ),
    },
  };
}

function requireDistinct(kind: string, names: readonly string[]): void {
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined)
    throw new Error(`Two parts of the app contribute the ${kind} "${repeated}". Rename or remove one of them.`);
}

function requireRoutes(known: readonly string[], promised: readonly string[]): void {
  const missing = promised.find((path) => !known.includes(path));
  if (missing !== undefined)
    throw new Error(
      `A feature contributes the path ${missing}, but no route has it. Add the route or remove the path.`,
    );
}
