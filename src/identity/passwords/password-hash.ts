/** Hashes passwords with scrypt (RFC 7914) in PHC string format. Runs in the Worker and in the set-up script. */
import { Buffer } from "node:buffer";
import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";

/** An OWASP recommendation: 16 MiB, as strong as N=2^17 with p=1, which needs all 128 MiB of an isolate. N is 2^`ln`. */
const PARAMETERS = "ln=14,r=8,p=5";
const HASH_BYTES = 32;
const SALT_BYTES = 16;

/**
 * Hashes a password, synchronously: workerd runs even asynchronous scrypt on the isolate's only thread, so an
 * asynchronous function would only seem to leave the thread free.
 *
 * @returns `$scrypt$ln=14,r=8,p=5$salt$hash`, base64 without padding.
 */
export function hashPassword(password: string): string {
  const salt = randomBytes(SALT_BYTES);
  const hash = derive(password, salt, PARAMETERS, HASH_BYTES);
  return `$scrypt$${PARAMETERS}$${encode(salt)}$${encode(hash)}`;
}

/**
 * @param stored A hash from `hashPassword`; undefined for an unknown account, which takes the same time to refuse.
 */
export function verifyPassword(password: string, stored: string | undefined): boolean {
  const { parameters, salt, hash } = parse(stored ?? DUMMY_HASH);
  const derived = derive(password, salt, parameters, hash.length);
  return timingSafeEqual(derived, hash) && stored !== undefined;
}

/** Whether a hash was created with parameters other than the current ones. */
export function isOutdated(stored: string): boolean {
  return parse(stored).parameters !== PARAMETERS;
}

const DUMMY_HASH = `$scrypt$${PARAMETERS}$${encode(Buffer.alloc(SALT_BYTES))}$${encode(Buffer.alloc(HASH_BYTES))}`;

function derive(password: string, salt: Uint8Array, parameters: string, bytes: number): Buffer {
  const [, ln, r, p] = /^ln=(\d+),r=(\d+),p=(\d+)$/.exec(parameters) ?? [];
  if (!ln || !r || !p) throw new Error("A stored password hash has invalid scrypt parameters");
  const [N, blocks] = [2 ** Number(ln), Number(r)];
  return scryptSync(password.normalize("NFKC"), salt, bytes, { N, r: blocks, p: Number(p), maxmem: 256 * N * blocks });
}

function parse(stored: string): { parameters: string; salt: Buffer; hash: Buffer } {
  const [, parameters, salt, hash] = /^\$scrypt\$([^$]+)\$([^$]+)\$([^$]+)$/.exec(stored) ?? [];
  if (!parameters || !salt || !hash) throw new Error("A stored password hash is not an scrypt PHC string");
  return { parameters, salt: Buffer.from(salt, "base64"), hash: Buffer.from(hash, "base64") };
}

function encode(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}
