/** The facts that guards state about themselves, for the printed policy, its page and the OpenAPI document. */
import type { AppLocals, RequestEnv } from "../../env.ts";

/** A credential of a request: the cookie of a browser's session, an access token, or an API key. */
export type Credential = "session" | "token" | "key";

/** The locals that previews read. The floors that supply them add members by augmentation. */
// biome-ignore lint/suspicious/noEmptyInterface: the floors above add members by augmentation, which needs an interface.
export interface VisitorLocals {}

/** The visitor for whom a guard is previewed. It may be hypothetical, with locals that no guard supplied. */
export interface Visitor {
  /** The request for the preview, not a request that the guard would decide about. */
  readonly request: Request;
  /** The methods of the route that the guard belongs to. */
  readonly methods: readonly string[];
  /** Whether a guard of the route that runs before this one authenticates the sender. */
  readonly isAuthenticated: boolean;
  readonly locals: AppLocals & Partial<VisitorLocals>;
}

/** The result of a preview. */
export type Verdict = "allow" | "deny" | "depends";

/** A limit that a guard enforces on clients. */
export type LimitFact = {
  /** Unique among guards of the same name, such as `sign-in`. The guard's `detail` is a list that contains it. */
  readonly name: string;
  /** The unit that is counted, in the plural, such as `requests`. */
  readonly unit: string;
} & (StatedNumbers | PlatformNumbers);

interface StatedNumbers {
  /** The maximum. May come from a variable. @throws If the variable is malformed. */
  readonly max: number | ((env: RequestEnv) => number);
  /** The period that the maximum applies to; absent if it is a total. */
  readonly windowSeconds?: number;
}

/** The numbers of the platform's own rate limit. They are in `wrangler.toml`, and a running Worker cannot read them. */
interface PlatformNumbers {
  /** The name of its binding. */
  readonly binding: string;
}

export interface GuardFacts {
  /** The statuses that it denies with. */
  readonly denies: readonly number[];
  /** Explains the check in one sentence. The doc comment of the guard begins with the same sentence. */
  readonly explanation: string;
  /** The argument that the guard was created with, such as the role or the limit. */
  readonly detail?: string;
  /** The permission that it requires of an API key. */
  readonly permission?: string;
  /** The credentials that it accepts. Any one of them suffices. */
  readonly credentials?: readonly Credential[];
  /** The limits that it enforces. */
  readonly limits?: readonly LimitFact[];
  /** The media types of the body that it accepts. */
  readonly mediaTypes?: readonly string[];
  /** The schema of the form fields that it parses. */
  readonly fields?: unknown;
  /** Whether it denies encoded and partial bodies. Every route that takes a body needs such a guard. */
  readonly isWholeBody?: boolean;
  /** The request headers that it reads, with an explanation of each. */
  readonly requestHeaders?: Readonly<Record<string, string>>;
  /** The request headers without which it denies, with an explanation of each. */
  readonly requiredHeaders?: Readonly<Record<string, string>>;
  /**
   * Predicts the decision for a visitor. Reads only its argument, and neither counts nor changes anything. Absent if the
   * decision always depends on the request.
   */
  readonly preview?: (visitor: Visitor) => Verdict;
}

/** A guard that carries its facts. */
interface StatedGuard {
  readonly facts?: GuardFacts;
}

/** Attaches facts to a guard. @returns The same guard. */
export function stateFacts<TGuard extends object>(guard: TGuard, facts: GuardFacts): TGuard {
  return Object.assign(guard, { facts } satisfies StatedGuard);
}

/** @returns Undefined for a guard without facts. */
export function factsOf(guard: object & StatedGuard): GuardFacts | undefined {
  return guard.facts;
}
