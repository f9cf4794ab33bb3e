/** Replaces password hashing with a hash that costs nothing: a real one takes 0.15 s, and few tests are about it. */
import { createHash, randomBytes } from "node:crypto";
import { HashingQueue } from "../../../src/identity/passwords/hashing-queue.ts";
import type { HashingTurn } from "../../../src/identity/passwords/hashing-turn.ts";
import { verifyPassword } from "../../../src/identity/passwords/password-hash.ts";

const { enter } = HashingQueue.prototype;

/**
 * From now on every request gets a turn at once, with a hash that costs nothing and protects nothing. `vi.mock` cannot
 * do that here: the pool loads the Worker, and with it the real module, before the test file.
 */
export function useFastHashing(): void {
  // Not a spy: it would keep every call.
  HashingQueue.prototype.enter = async () => FAST_TURN;
}

/** Restores the app's own hashing, for a test file about the queue or the hashes. */
export function useRealHashing(): void {
  HashingQueue.prototype.enter = enter;
}

const FAST_TURN: HashingTurn = { verify, hash, end() {}, ended: Promise.resolve() };

const made = new Set<string>();
/** What the real function has said of a hash that the harness has made. */
const checked = new Map<string, boolean>();

/** In the format of a real one with the parameters of today, so that it is not replaced. */
function hash(password: string): string {
  const salt = randomBytes(16).toString("base64url");
  const stored = `$scrypt$ln=14,r=8,p=5$${salt}$${digest(salt, password)}`;
  made.add(stored);
  return stored;
}

function verify(password: string, stored: string | undefined): boolean {
  if (stored === undefined) return false;
  const [, , , salt = "", expected] = stored.split("$");
  if (made.has(stored)) return digest(salt, password) === expected;
  const asked = `${stored} ${password}`;
  const known = checked.get(asked) ?? verifyPassword(password, stored);
  checked.set(asked, known);
  return known;
}

function digest(salt: string, password: string): string {
  return createHash("sha256").update(`${salt} ${password}`).digest("base64url");
}
