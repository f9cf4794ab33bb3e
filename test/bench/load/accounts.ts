/** The accounts that send the requests: read from a file, or created on this machine. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { OptionError } from "./options.ts";
import type { Account, Created, Credentials, FeatureLoad, Send, SignedIn } from "./types.ts";

/** Access tokens are valid for 15 minutes. */
const RENEW_AFTER_MS = 10 * 60_000;

const MAX_CREATED = 100;

/** Gives each account a number and a client address. */
export function toAccounts(accounts: readonly SignedIn[]): Account[] {
  return accounts.map(({ isAdmin, accessToken, cookie, csrf }, number) => ({
    number,
    isAdmin,
    address: addressOf(number),
    bearer: { Authorization: `Bearer ${accessToken}` },
    browser: { Accept: "text/html", "Sec-Fetch-Site": "same-origin", Cookie: cookie },
    csrf,
    created: new Map<string, Created[]>(),
  }));
}

/** An address of the range for benchmarks (RFC 2544). */
export function addressOf(number: number): string {
  return `198.18.${(number >> 8) & 255}.${number & 255}`;
}

/** Renews the access tokens before they expire. @returns A function that stops the renewal. */
export function keepRenewed(accounts: readonly Account[], signedIn: readonly SignedIn[]): () => void {
  const renew = async () => {
    for (const [index, account] of accounts.entries()) {
      const accessToken = await signedIn[index]?.renew();
      if (accessToken) Object.assign(account.bearer, { Authorization: `Bearer ${accessToken}` });
    }
  };
  const timer = setInterval(
    () => renew().catch((error) => console.error("The access tokens could not be renewed:", error)),
    RENEW_AFTER_MS,
  );
  return () => clearInterval(timer);
}

/** @throws {OptionError} If the file is not a JSON list of credentials. */
export function readAccounts(path: string): Credentials[] {
  const accounts: unknown = parseFile(path);
  const isCredentials = (value: unknown): value is Credentials =>
    typeof value === "object" &&
    value !== null &&
    "email" in value &&
    "password" in value &&
    typeof value.email === "string" &&
    typeof value.password === "string";
  if (Array.isArray(accounts) && accounts.length > 0 && accounts.every(isCredentials)) return accounts;
  throw new OptionError(`${path} must contain a JSON list of { "email", "password" }`);
}

function parseFile(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new OptionError(`${path} cannot be read as JSON`, { cause });
  }
}

export interface SignIns {
  readonly features: readonly FeatureLoad[];
  readonly send: Send;
  /** The accounts to sign in with, or the number of accounts to create. */
  readonly accounts: readonly Credentials[] | number;
}

/** Signs accounts in through the API, one after another, since the app hashes one password at a time. */
export async function signInAll({ features, send, accounts }: SignIns): Promise<SignedIn[]> {
  const signIn = features.find((feature) => feature.signIn)?.signIn;
  const register = features.find((feature) => feature.register)?.register;
  if (!signIn || !register) throw new OptionError("No feature signs users in: run the command without --url");
  const password = randomUUID();
  const created = (count: number) =>
    Array.from({ length: count }, () => ({ email: `load-${randomUUID()}@example.com`, password }));
  const all = typeof accounts === "number" ? created(accounts) : accounts;
  const signedIn: SignedIn[] = [];
  for (const [number, credentials] of all.entries()) {
    if (typeof accounts === "number") await register(send, credentials, addressOf(number));
    signedIn.push(await signIn(send, credentials, addressOf(number)));
  }
  return signedIn;
}

/** Remembers an item that a request has created, for later requests. Only the newest 100 are kept. */
export function keep(account: Account, name: string, item: Created): void {
  const list = account.created.get(name) ?? [];
  account.created.set(name, list);
  list.push(item);
  if (list.length > MAX_CREATED) list.shift();
}

/** Removes and returns the oldest item, so that no other request changes it at the same time. */
export function take(account: Account, name: string): Created | undefined {
  return account.created.get(name)?.shift();
}

/** Returns a random item without removing it. */
export function pick(account: Account, name: string): Created | undefined {
  const list = account.created.get(name) ?? [];
  return list[Math.floor(Math.random() * list.length)];
}
