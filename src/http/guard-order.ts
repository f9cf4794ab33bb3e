/** The types that let the compiler check the order of guards: who supplies what, who needs it. */
import type { Context } from "./context.ts";
import type { AnyGuard, GuardResult } from "./guard.ts";

/** The named part of some locals: an index signature promises nothing. */
export type Named<TLocals> = string extends keyof TLocals ? {} : TLocals;

type OrNothing<TAdds> = [TAdds] extends [never] ? {} : TAdds;

type NeedsOf<TGuard> = TGuard extends (c: infer TContext) => unknown
  ? TContext extends { readonly locals: infer TNeeds }
    ? Named<TNeeds>
    : {}
  : {};

type AddsOfResult<TResult> = TResult extends { readonly allow: true; readonly locals?: infer TAdds }
  ? Named<TAdds>
  : never;

type AddsOf<TGuard> = TGuard extends (c: never) => infer TResult ? OrNothing<AddsOfResult<Awaited<TResult>>> : {};

/** The keys of `TNeeds` that `TSupplied` does not have, or has with another type. */
type MissingKey<TSupplied, TNeeds> = {
  [K in keyof TNeeds]: TSupplied extends { readonly [P in K]: TNeeds[K] } ? never : K;
}[keyof TNeeds];

type CheckGuard<TGuard, TSupplied> = TGuard extends AnyGuard
  ? TSupplied extends NeedsOf<TGuard>
    ? TGuard
    : { "this guard needs a local that nothing before it supplies": MissingKey<TSupplied, NeedsOf<TGuard>> }
  : { "this is not a guard": "it returns neither { allow: true } nor { deny: Response }" };

/** The list itself, where each guard's needs are met by then; else an error type at the guard that comes too early. */
export type CheckGuards<TGuards, TSupplied> = TGuards extends readonly [infer TFirst, ...infer TRest]
  ? readonly [CheckGuard<TFirst, TSupplied>, ...CheckGuards<TRest, TSupplied & AddsOf<TFirst>>]
  : TGuards extends readonly []
    ? TGuards
    : object extends TGuards[number & keyof TGuards]
      ? TGuards
      : { readonly [I in keyof TGuards]: CheckGuard<TGuards[I], TSupplied> };

/** The locals that are there once every guard of the list has allowed. */
export type LocalsAfter<TGuards, TSupplied> = TGuards extends readonly [infer TFirst, ...infer TRest]
  ? LocalsAfter<TRest, TSupplied & AddsOf<TFirst>>
  : TSupplied;

/**
 * What an element of a guard list may be. The function types the parameter of a guard written in
 * place; `object` lets any other guard through to `CheckGuards`, which says what is wrong with it.
 */
export type GuardElement<TBase> =
  | ((c: Context<unknown, unknown, unknown, TBase>) => GuardResult<object> | Promise<GuardResult<object>>)
  | object;

/** The locals that an `onRequest` supplies: none where it returns nothing. */
export type Supplied<TReturn> = unknown extends TReturn ? {} : OrNothing<Exclude<Awaited<TReturn>, void | undefined>>;

/**
 * Infers the keys of some options before their functions are typed, and refuses one that is none.
 * The compiler tries options first without the functions whose parameters it has yet to type: a
 * check that depends on what these return is put off while their key is there and their type is not.
 */
export type HasKeys<TKeys extends PropertyKey, TOptions> = {
  readonly [K in TKeys]?: K extends keyof TOptions ? unknown : { "there is no such option": K };
};
