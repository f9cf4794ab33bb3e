/** What guards say of themselves, so that the policy can be printed and error responses derived. */

export interface GuardFacts {
  /** The statuses that it denies with. */
  readonly denies: readonly number[];
  /** What it was made for, such as the role or the limit. */
  readonly detail?: string;
}

const factsByGuard = new WeakMap<object, GuardFacts>();

/** States the facts of a guard. @returns The same guard, so its name and type stay. */
export function stateFacts<TGuard extends object>(guard: TGuard, facts: GuardFacts): TGuard {
  factsByGuard.set(guard, facts);
  return guard;
}

export function factsOf(guard: object): GuardFacts | undefined {
  return factsByGuard.get(guard);
}
