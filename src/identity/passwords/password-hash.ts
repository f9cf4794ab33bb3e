/** Passwords as they are stored: scrypt (RFC 7914) in PHC string format. Runs in the Worker and in the set-up. */
import { Buffer } from "node:buffer";
import { randomBytes, scryptSync, timingSafeEqual } from "node:crypto";

/** A row of OWASP's, 16 MiB; of equal strength is 2^17 with p=1, at 128 MiB, all that an isolate has. N is 2^`ln`. */
const PARAMETERS = "ln=14,r=8,p=5";
const HASH_BYTES = 32;
const SALT_BYTES = 16;

/**
 * workerd runs scrypt on the isolate's one thread, whether it is asked to wait or not. Asked
 * synchronously, it cannot be mistaken for something that leaves the thread free: one hash at a
 * time, 16 MiB, and nothing else until it is done.
 *
 * @returns `$scrypt$ln=14,r=8,p=5$salt$hash`, base64 without padding.
 */
export function hashPassword(password: string): string {
  const salt = randomBytes(SALT_BYTES);
  const hash = derive(password, salt, PARAMETERS, HASH_BYTES);
  return `$scrypt$${PARAMETERS}$${encode(salt)}$${encode(hash)}`;
}

/**
 * @param stored What `hashPassword` gave, once; undefined for an account that does not exist,
 *   which takes the same time to find wrong.
 */
export function verifyPassword(password: string, stored: string | undefined): boolean {
  const { parameters, salt, hash } = parse(stored ?? DUMMY_HASH);
  const derived = derive(password, salt, parameters, hash.length);
  return timingSafeEqual(derived, hash) && stored !== undefined;
}

/** Whether a hash was made with other parameters than today's. */
export function isOutdated(stored: string): boolean {
  return parse(stored).parameters !== PARAMETERS;
}

const DUMMY_HASH = `$scrypt$${PARAMETERS}$${encode(Buffer.alloc(SALT_BYTES))}$${encode(Buffer.alloc(HASH_BYTES))}`;

function derive(password: string, salt: Uint8Array, parameters: string, bytes: number): Buffer {
  const [, ln, r, p] = /^ln=(\d+),r=(\d+),p=(\d+)$/.exec(parameters) ?? [];
  if (!ln || !r || !p) throw new Error("The parameters of a stored password hash are not readable");
  const [N, blocks] = [2 ** Number(ln), Number(r)];
  return scryptSync(password.normalize("NFKC"), salt, bytes, { N, r: blocks, p: Number(p), maxmem: 256 * N * blocks });
}

function parse(stored: string): { parameters: string; salt: Buffer; hash: Buffer } {
  const [, parameters, salt, hash] = /^\$scrypt\$([^$]+)\$([^$]+)\$([^$]+)$/.exec(stored) ?? [];
  if (!parameters || !salt || !hash) throw new Error("A stored password hash is not a PHC string of scrypt");
  return { parameters, salt: Buffer.from(salt, "base64"), hash: Buffer.from(hash, "base64") };
}

function encode(bytes: Buffer): string {
  return bytes.toString("base64").replaceAll("=", "");
}
