/** Facts that guards declare about themselves, for the printed policy and derived error responses. */

export interface GuardFacts {
  /** The statuses that it denies with. */
  readonly denies: readonly number[];
  /** The argument that the guard was created with, such as the role or the limit. */
  readonly detail?: string;
  /** The permission that it requires of an API key. */
  readonly permission?: string;
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
