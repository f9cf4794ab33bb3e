/** Creates keys for access tokens. `npm run token-keys` prints a value for the secret TOKEN_KEYS. */
import { randomBytes } from "node:crypto";

interface KeySet {
  readonly keys: readonly { readonly kty: "oct"; readonly kid: string; readonly k: string }[];
}

/**
 * Creates a JWK Set whose first key, the one that signs, is new.
 *
 * @param before The current value, to rotate it: its first two keys are kept.
 */
export function createTokenKeys(before?: string): string {
  const { keys = [] }: Partial<KeySet> = before ? JSON.parse(before) : {};
  const key = { kty: "oct", kid: randomBytes(6).toString("base64url"), k: randomBytes(32).toString("base64url") };
  return JSON.stringify({ keys: [key, ...keys].slice(0, 3) });
}

if (process.argv[1] === import.meta.filename) console.log(createTokenKeys(process.env.TOKEN_KEYS));
