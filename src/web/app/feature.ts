/** A feature as one value with everything that it contributes to the app. */
import type {
  Activity,
  AppFacts,
  AppLocals,
  AppPaths,
  Env,
  Erasure,
  NavigationEntry,
  PolicyExceptions,
  ReadinessCheck,
} from "../../env.ts";
import type { CheckHandlers, Handler, OnRequestHandler, OperationsOf } from "../../http/index.ts";
import type { SendHook } from "../hooks/send-hook.ts";
import type { RenderProblem } from "../hooks/show-error-page.ts";
import type { Sweep } from "./sweep.ts";

/** The contributions of a lower floor. */
export interface Part {
  readonly routes?: readonly Handler<AppLocals>[];
  /** Run by `/health/ready`, which reports them under these names. */
  readonly checks?: Readonly<Record<string, ReadinessCheck>>;
  /** Run every night. */
  readonly sweeps?: readonly Sweep[] | ((facts: Pick<AppFacts, "erasures">) => readonly Sweep[]);
  /** Its large tables with rows of users. A small table has `ON DELETE CASCADE` instead. */
  readonly erasures?: readonly Erasure[];
  /** Runs before matching, after the app's locals are supplied. Must not supply locals itself. */
  readonly onRequest?: OnRequestHandler<undefined, Env, ExecutionContext>;
  /** Run for every response of the app, whatever produced it. */
  readonly onSend?: SendHook | readonly SendHook[];
  /** Renders the error page, in the layout of the visitor. Only one part may have it. */
  readonly renderProblem?: RenderProblem;
  /** Routes that are exceptions to a rule of the policy, with the reasons. */
  readonly exceptions?: Partial<PolicyExceptions>;
  /** Paths of its routes that other parts of the app link to. */
  readonly paths?: AppPaths;
}

/** The contributions of a feature. Its type carries the operations of its routes. */
export interface Feature<out TOperation = unknown> extends Part {
  /** In kebab-case; the name of its folder. */
  readonly name: string;
  readonly routes: readonly Handler<AppLocals, TOperation>[];
  /** Its page in the navigation. */
  readonly page?: NavigationEntry;
  /** Activities for the live feed to report. */
  readonly activities?: readonly Activity[];
}

/**
 * Defines a feature. It does not compile if a route needs a local that neither the app nor a guard supplies.
 *
 * @example
 * export const notes = feature({
 *   name: "notes",
 *   routes: [...api, ...pages],
 *   page: { label: "Notes", path: "/notes", for: "user" },
 * });
 */
export function feature<TRoutes extends readonly Handler<never>[]>(
  definition: Omit<Feature, "routes"> & { readonly routes: CheckHandlers<TRoutes, AppLocals> },
): Feature<OperationsOf<TRoutes>> {
  return eraseNeeds(definition);
}

/** The operations of features, as a union, for `client`. */
export type ApiOf<TFeature> = TFeature extends Feature ? OperationsOf<TFeature["routes"]> : never;

/** The cast is safe: `CheckHandlers` has checked that the app supplies every local that the routes need. */
function eraseNeeds<TOperation>(
  definition: Omit<Feature, "routes"> & { readonly routes: unknown },
): Feature<TOperation> {
  return definition as Omit<Feature, "routes"> & { readonly routes: readonly Handler<AppLocals, TOperation>[] };
}
