/** The steps that the actors of the account model take, and the sequences of them that are tried. */
import fc from "fast-check";

export type Actor = "owner" | "stranger";
export type Via = "api" | "page";
export type Stolen = "sessions" | "keys" | "device tokens" | "links";

/**
 * A step. `session` picks one of those that the actor holds, `password` one of a few: so each actor comes to use
 * passwords that the other has chosen. A step that its actor holds nothing for does nothing.
 */
export type Step = { readonly by: Actor } & (
  | { readonly does: "register" | "sign in"; readonly via: Via; readonly password: number }
  | { readonly does: "ask for a reset link" | "guess passwords" }
  | {
      readonly does: "ask for a verify link" | "make a key" | "open a socket" | "refresh" | "sign out";
      readonly session: number;
    }
  | {
      readonly does: "confirm the address";
      readonly via: Via;
      readonly proof: "session" | "password" | "nothing";
      readonly session: number;
      readonly password: number;
    }
  | { readonly does: "reset"; readonly via: Via; readonly password: number }
  | {
      readonly does: "change the password";
      readonly session: number;
      readonly password: number;
      readonly next: number;
      readonly keepApiKeys: boolean;
    }
  | { readonly does: "confirm the password"; readonly session: number; readonly password: number }
  | { readonly does: "promote" | "demote" }
  | { readonly does: "steal"; readonly what: Stolen }
);

/** What happens before the owner takes the account back, and what the owner does with it then. */
export interface Story {
  readonly before: readonly Step[];
  readonly after: readonly Step[];
}

const by = fc.constantFrom<Actor>("owner", "stranger");
const via = fc.constantFrom<Via>("api", "page");
const session = fc.nat({ max: 5 });
const password = fc.nat({ max: 1 });
const constant = <const T>(...values: T[]) => fc.constantFrom<T>(...values);

/** Steps that either may take. */
const commonSteps = (actor: fc.Arbitrary<Actor>): { arbitrary: fc.Arbitrary<Step>; weight: number }[] => [
  { weight: 5, arbitrary: fc.record({ by: actor, does: constant("sign in"), via, password }) },
  { weight: 3, arbitrary: fc.record({ by: actor, does: constant("make a key"), session }) },
  { weight: 2, arbitrary: fc.record({ by: actor, does: constant("refresh"), session }) },
  {
    weight: 1,
    arbitrary: fc.record({ by: actor, does: constant("ask for a verify link", "sign out"), session }),
  },
  { weight: 2, arbitrary: fc.record({ by: actor, does: constant("open a socket"), session }) },
  { weight: 2, arbitrary: fc.record({ by: actor, does: constant("ask for a reset link") }) },
  { weight: 2, arbitrary: fc.record({ by: actor, does: constant("confirm the password"), session, password }) },
  {
    weight: 2,
    arbitrary: fc.record({
      by: actor,
      does: constant("change the password"),
      session,
      password,
      next: password,
      keepApiKeys: fc.boolean(),
    }),
  },
];

const earlySteps: { arbitrary: fc.Arbitrary<Step>; weight: number }[] = [
  { weight: 2, arbitrary: fc.record({ by, does: constant("register"), via, password }) },
  {
    weight: 2,
    arbitrary: fc.record({
      by,
      does: constant("confirm the address"),
      via,
      proof: constant("session", "password", "nothing"),
      session,
      password,
    }),
  },
  { weight: 1, arbitrary: fc.record({ by, does: constant("reset"), via, password }) },
  { weight: 1, arbitrary: fc.record({ by: constant("owner"), does: constant("promote", "demote") }) },
  { weight: 1, arbitrary: fc.record({ by: constant("stranger"), does: constant("guess passwords") }) },
  {
    weight: 4,
    arbitrary: fc.record({
      by: constant("stranger"),
      does: constant("steal"),
      what: constant<Stolen>("sessions", "keys", "device tokens", "links"),
    }),
  },
];

const registered: fc.Arbitrary<Step> = fc.record({ by, does: constant("register"), via, password });
const before = fc
  .tuple(registered, fc.array(fc.oneof(...commonSteps(by), ...earlySteps), { minLength: 4, maxLength: 16 }))
  .map(([first, others]) => [first, ...others]);
const after = fc.array(fc.oneof(...commonSteps(constant("owner"))), { maxLength: 3 });

export const story: fc.Arbitrary<Story> = fc.record({ before, after });
