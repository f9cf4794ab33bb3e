/** The types with which the compiler checks that each local is supplied before a guard or handler reads it. */
import type { Context } from "./context.ts";
import type { SuppliedBy } from "./extensions.ts";
import type { AnyGuard, GuardResult } from "./guard.ts";
import type { RoutesOf } from "./handler.ts";

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

/**
 * Has, at each key of `TNeeds`, `never` if `TSupplied` has that key with a suitable type, and otherwise what to report.
 * An index signature supplies nothing.
 */
type Unmet<TNeeds, TSupplied, TLater> = {
  [K in keyof TNeeds]-?: K extends keyof TSupplied
    ? TSupplied[K] extends TNeeds[K]
      ? never
      : unknown extends TSupplied[K]
        ? AbsentKey<TNeeds, K, TLater>
        : `${K & string} of this type`
    : AbsentKey<TNeeds, K, TLater>;
};

/** The key, unless it is optional. An optional key must not be one of `TLater`, which are supplied too late. */
type AbsentKey<TNeeds, TKey extends keyof TNeeds, TLater> = TKey extends TLater
  ? TKey
  : {} extends Pick<TNeeds, TKey>
    ? never
    : TKey;

/** The keys of locals, with the names of the guards that supply them where the app declares them in `SuppliedBy`. */
type Describe<TKey> = TKey extends keyof SuppliedBy ? SuppliedBy[TKey] : TKey;

type CheckGuard<TGuard, TSupplied, TLater> = TGuard extends AnyGuard
  ? Unmet<NeedsOf<TGuard>, TSupplied, Exclude<TLater, keyof AddsOf<TGuard>>>[keyof NeedsOf<TGuard>] extends infer TKey
    ? [TKey] extends [never]
      ? TGuard
      : { "this guard reads a local that nothing before it supplies": Describe<TKey> }
    : never
  : TGuard extends (c: never) => ReturnType<AnyGuard>
    ? { "this is not a guard": "its parameter has a property that no context has" }
    : { "this is not a guard": "it returns neither { allow: true } nor { deny: Response }" };

/** The list itself if each guard's needs are supplied before it; otherwise an error type in place of the guard. */
export type CheckGuards<TGuards, TSupplied> = TGuards extends readonly [infer TFirst, ...infer TRest]
  ? readonly [
      CheckGuard<TFirst, TSupplied, keyof LocalsAfter<TRest, {}>>,
      ...CheckGuards<TRest, TSupplied & AddsOf<TFirst>>,
    ]
  : TGuards extends readonly []
    ? TGuards
    : object extends TGuards[number & keyof TGuards]
      ? TGuards
      : { readonly [I in keyof TGuards]: CheckGuard<TGuards[I], TSupplied, never> };

/** The locals after every guard of the list has allowed the request. */
export type LocalsAfter<TGuards, TSupplied> = TGuards extends readonly [infer TFirst, ...infer TRest]
  ? LocalsAfter<TRest, TSupplied & AddsOf<TFirst>>
  : TSupplied;

/** The needs of routes that are not met. `TNeeds` has a function for each kind of needs, so that each is checked once. */
type UnmetKey<TNeeds, TSupplied> = TNeeds extends (locals: infer TLocals) => void
  ? [TLocals] extends [never]
    ? "locals of unknown names"
    : Unmet<TLocals, TSupplied, never>[keyof TLocals]
  : never;

/** The locals that handlers need and nothing around them supplies. A union, so that errors show its name. */
type NothingSupplies<TKey> = TKey | { readonly "nothing supplies": TKey };

/** The list itself if everything that its routes need is supplied; otherwise an error type that names the keys. */
export type CheckHandlers<THandlers, TSupplied> =
  UnmetKey<RoutesOf<THandlers>["~needs"], TSupplied> extends infer TKey
    ? [TKey] extends [never]
      ? THandlers
      : NothingSupplies<Describe<TKey>>
    : never;

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
  readonly [K in TKeys]?: K extends keyof TOptions ? unknown : `there is no option '${K & string}'`;
};
