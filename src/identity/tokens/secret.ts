/** Generated secrets: 256 random bits each, so a fast hash is enough to store them. */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

/** @returns 43 characters of base64url. */
export function createSecret(): string {
  return randomBytes(32).toString("base64url");
}

/** The form in which a secret is stored and looked up: SHA-256 in base64url. */
export function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("base64url");
}

/** Compares two secrets in constant time. */
export function equalSecrets(a: string, b: string): boolean {
  return timingSafeEqual(createHash("sha256").update(a).digest(), createHash("sha256").update(b).digest());
}
