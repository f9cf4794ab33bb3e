/** The keys that sign access tokens: a ring in the secret `TOKEN_KEYS`, so that they rotate without a logout. */
import { createSecretKey, type KeyObject } from "node:crypto";
import * as z from "zod";

const keySet = z.object({
  keys: z
    .array(z.object({ kty: z.literal("oct"), kid: z.string().min(1), k: z.base64url().min(43) }))
    .min(1)
    .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length),
});

/** Keys by their id, in the order of the secret. */
export type TokenKeys = ReadonlyMap<string, KeyObject>;

let read: { readonly secret: string; readonly keys: TokenKeys } | undefined;

/**
 * Reads the ring. To rotate, put a new key first; take the old one out when the tokens that it
 * signed have expired.
 *
 * @param secret A JWK Set (RFC 7517 §5) of symmetric keys, each of at least 256 bits with a `kid` of its own.
 * @throws For any other text; the message does not hold it.
 */
export function readTokenKeys(secret: string): TokenKeys {
  if (read?.secret === secret) return read.keys;
  const parsed = keySet.safeParse(parseJson(secret));
  if (!parsed.success) {
    throw new Error("The secret TOKEN_KEYS is not a JWK Set of symmetric keys of 256 bits: see the README, Secrets");
  }
  const keys = new Map(parsed.data.keys.map(({ kid, k }) => [kid, createSecretKey(k, "base64url")]));
  read = { secret, keys };
  return keys;
}

/** The first key, which signs. */
export function signingKey(keys: TokenKeys): readonly [kid: string, key: KeyObject] {
  const [first] = keys;
  if (!first) throw new Error("The ring of token keys is empty");
  return first;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
