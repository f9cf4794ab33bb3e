/** The parameters that a path pattern names, as a type. */

type Value<TType> = TType extends "int" | "uint" ? number : string;

/** What the text between `/:` and the next slash stands for. Where it is more than a name, the names stay open. */
type Param<S extends string> = S extends `${infer N}<${infer K}>${infer Optional}`
  ? Optional extends "?"
    ? { readonly [P in N]?: Value<K> }
    : { readonly [P in N]: Value<K> }
  : S extends `${infer N}?`
    ? { readonly [P in N]?: string }
    : S extends `${string}${"(" | ":" | "*" | "+" | "-" | "." | "{" | "}"}${string}`
      ? Readonly<Record<string, string | undefined>>
      : { readonly [P in S]: string };

type Params<P extends string> = P extends `${string}/:${infer S}/${infer Rest}`
  ? Param<S> & Params<`/${Rest}`>
  : P extends `${string}/:${infer S}`
    ? Param<S>
    : P extends `${string}/*`
      ? { readonly "*": string }
      : P extends `${string}${"(" | ":" | "*" | "{"}${string}`
        ? Readonly<Record<string, string | undefined>>
        : {};

/**
 * The path parameters of a pattern: `number` for `:id<int>` and `:id<uint>`, else `string`;
 * optional for `:id?`; a trailing `/*` under `"*"`.
 *
 * @example
 * type Params = RouteParams<"/orgs/:org/repos/:id<uint>">; // { org: string } & { id: number }
 */
export type RouteParams<P extends string> = string extends P
  ? Readonly<Record<string, string | number | undefined>>
  : Params<P>;
