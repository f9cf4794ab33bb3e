/** The keys in the secret `TOKEN_KEYS`: the first signs, all verify, so that a rotation ends no session. */
import { createSecretKey, type KeyObject } from "node:crypto";
import * as z from "zod";

const keySet = z.object({
  keys: z
    .array(z.object({ kty: z.literal("oct"), kid: z.string().min(1), k: z.base64url().min(43) }))
    .min(1)
    .refine((keys) => new Set(keys.map(({ kid }) => kid)).size === keys.length),
});

/** Keys by id, in the order of the secret. */
export type TokenKeys = ReadonlyMap<string, KeyObject>;

let read: { readonly secret: string; readonly keys: TokenKeys } | undefined;

/**
 * Parses `TOKEN_KEYS`. To rotate, add a new key in front, and remove an old key when the tokens that it signed have
 * expired.
 *
 * @param secret A JWK Set (RFC 7517 §5) of symmetric keys, each with at least 256 bits and a unique `kid`.
 * @throws Error for any other text. The message does not contain the secret.
 */
export function readTokenKeys(secret: string): TokenKeys {
  if (read?.secret === secret) return read.keys;
  const parsed = keySet.safeParse(parseJson(secret));
  if (!parsed.success) {
    throw new Error(
      "The secret TOKEN_KEYS must be a JWK Set of symmetric keys with 256 bits or more: run `npm run token-keys`",
    );
  }
  const keys = new Map(parsed.data.keys.map(({ kid, k }) => [kid, createSecretKey(k, "base64url")]));
  read = { secret, keys };
  return keys;
}

/** Returns the first key, which signs. */
export function signingKey(keys: TokenKeys): readonly [kid: string, key: KeyObject] {
  const [first] = keys;
  if (!first) throw new Error("TOKEN_KEYS contains no key");
  return first;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
