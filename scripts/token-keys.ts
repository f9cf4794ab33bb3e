/** Makes keys for access tokens. Run by itself it prints a value for the secret TOKEN_KEYS. */
import { randomBytes } from "node:crypto";

interface KeySet {
  readonly keys: readonly { readonly kty: "oct"; readonly kid: string; readonly k: string }[];
}

/**
 * A JWK Set with a new key before the ones that are there, so that it signs from now on.
 *
 * @param before The value so far, to rotate it; the last key of three is dropped.
 */
export function createTokenKeys(before?: string): string {
  const { keys = [] }: Partial<KeySet> = before ? JSON.parse(before) : {};
  const key = { kty: "oct", kid: randomBytes(6).toString("base64url"), k: randomBytes(32).toString("base64url") };
  return JSON.stringify({ keys: [key, ...keys].slice(0, 3) });
}

if (process.argv[1] === import.meta.filename) console.log(createTokenKeys(process.env.TOKEN_KEYS));
