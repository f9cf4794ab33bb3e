/** The types with which the compiler checks the order of guards: each local must be supplied before it is needed. */
import type { Context } from "./context.ts";
import type { AnyGuard, GuardResult } from "./guard.ts";

/** The known keys of some locals. An index signature guarantees nothing, so it counts as no keys. */
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

/** The keys of `TNeeds` that `TSupplied` lacks, or has with another type. */
type MissingKey<TSupplied, TNeeds> = {
  [K in keyof TNeeds]: TSupplied extends { readonly [P in K]: TNeeds[K] } ? never : K;
}[keyof TNeeds];

type CheckGuard<TGuard, TSupplied> = TGuard extends AnyGuard
  ? TSupplied extends NeedsOf<TGuard>
    ? TGuard
    : { "this guard needs a local that nothing before it supplies": MissingKey<TSupplied, NeedsOf<TGuard>> }
  : { "this is not a guard": "it returns neither { allow: true } nor { deny: Response }" };

/** The list itself if each guard's needs are supplied before it; otherwise an error type in place of the guard. */
export type CheckGuards<TGuards, TSupplied> = TGuards extends readonly [infer TFirst, ...infer TRest]
  ? readonly [CheckGuard<TFirst, TSupplied>, ...CheckGuards<TRest, TSupplied & AddsOf<TFirst>>]
  : TGuards extends readonly []
    ? TGuards
    : object extends TGuards[number & keyof TGuards]
      ? TGuards
      : { readonly [I in keyof TGuards]: CheckGuard<TGuards[I], TSupplied> };

/** The locals after every guard of the list has allowed the request. */
export type LocalsAfter<TGuards, TSupplied> = TGuards extends readonly [infer TFirst, ...infer TRest]
  ? LocalsAfter<TRest, TSupplied & AddsOf<TFirst>>
  : TSupplied;

/**
 * An element of a guard list. The function type gives an inline guard its parameter type; `object`
 * accepts everything else, so that `CheckGuards` can report what is wrong with it.
 */
export type GuardElement<TBase> =
  | ((c: Context<unknown, unknown, unknown, TBase>) => GuardResult<object> | Promise<GuardResult<object>>)
  | object;

/** The locals that an `onRequest` supplies: none if it returns nothing. */
export type Supplied<TReturn> = unknown extends TReturn ? {} : OrNothing<Exclude<Awaited<TReturn>, void | undefined>>;

/**
 * Infers the keys of an options object before its functions are typed, and rejects unknown keys.
 * The compiler first checks the options without the functions whose parameters are still untyped. A
 * check that depends on their return types is deferred while the key is known and the type is not.
 */
export type HasKeys<TKeys extends PropertyKey, TOptions> = {
  readonly [K in TKeys]?: K extends keyof TOptions ? unknown : { "there is no such option": K };
};
