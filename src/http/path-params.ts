/** The type of the parameters that a path pattern names. */

type Value<TType> = TType extends "int" | "uint" ? number : string;

/** The parameter between `/:` and the next slash. If the text is more than a name, any name is allowed. */
type PathParam<S extends string> = S extends `${infer N}<${infer K}>${infer Optional}`
  ? Optional extends "?"
    ? { readonly [P in N]?: Value<K> }
    : { readonly [P in N]: Value<K> }
  : S extends `${infer N}?`
    ? { readonly [P in N]?: string }
    : S extends `${string}${"(" | ":" | "*" | "+" | "-" | "." | "{" | "}"}${string}`
      ? Readonly<Record<string, string | undefined>>
      : { readonly [P in S]: string };

type PathParams<P extends string> = P extends `${string}/:${infer S}/${infer Rest}`
  ? PathParam<S> & PathParams<`/${Rest}`>
  : P extends `${string}/:${infer S}`
    ? PathParam<S>
    : P extends `${string}/*`
      ? { readonly "*": string }
      : P extends `${string}${"(" | ":" | "*" | "{"}${string}`
        ? Readonly<Record<string, string | undefined>>
        : {};

/**
 * The path parameters of a pattern: `number` for `:id<int>` and `:id<uint>`, otherwise `string`.
 * `:id?` is optional, and a trailing `/*` is the key `"*"`.
 *
 * @example
 * type Params = RouteParams<"/orgs/:org/repos/:id<uint>">; // { org: string } & { id: number }
 */
export type RouteParams<P extends string> = string extends P
  ? Readonly<Record<string, string | number | undefined>>
  : PathParams<P>;
