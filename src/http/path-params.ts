/** The parameters that a path pattern names, as a type. */

/** What a name, cut off at the next slash, stands for. Characters beyond a plain name leave the type open. */
type Segment<S extends string> = S extends `${infer N}<${infer K}>${infer Optional}`
  ? Valued<N, K extends "int" | "uint" ? number : string, Optional>
  : S extends `${infer N}?`
    ? { readonly [P in N]?: string }
    : S extends `${string}${"(" | ":" | "*" | "+" | "-" | "." | "{" | "}"}${string}`
      ? Readonly<Record<string, string | undefined>>
      : { readonly [P in S]: string };

type Valued<N extends string, V, Optional> = Optional extends "?"
  ? { readonly [P in N]?: V }
  : { readonly [P in N]: V };

type Colons<P extends string> = P extends `${infer N}/${infer Rest}` ? Segment<N> & Next<`/${Rest}`> : Segment<P>;

type Next<P extends string> = P extends `${string}:${infer Rest}`
  ? Colons<Rest>
  : P extends `${string}/*`
    ? { readonly "*": string }
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
  : Next<P>;
