/** Secrets that we make: 256 random bits each, so that a plain hash is enough to store them. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** @returns 43 characters of the URL's alphabet. */
export function createSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** The form in which a secret is stored and looked up. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** Compares in a time that does not depend on where they differ. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());
}
