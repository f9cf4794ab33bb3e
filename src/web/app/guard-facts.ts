/** Facts that guards state about themselves, so that the policy can be printed and error responses derived. */

export interface GuardFacts {
  /** The statuses that it denies with. */
  readonly denies: readonly number[];
  /** What the guard was created for, such as the role or the limit. */
  readonly detail?: string;
  /** The permission that it requires of an API key. */
  readonly permission?: string;
}

/** A guard that carries its facts. */
interface StatedGuard {
  readonly facts?: GuardFacts;
}

/** States the facts of a guard, as a property of it. @returns The same guard, with its name and type. */
export function stateFacts<TGuard extends object>(guard: TGuard, facts: GuardFacts): TGuard {
  return Object.assign(guard, { facts } satisfies StatedGuard);
}

/** @returns Undefined for a guard that states none. */
export function factsOf(guard: object & StatedGuard): GuardFacts | undefined {
  return guard.facts;
}
