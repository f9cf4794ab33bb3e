/** The built Worker as the target of a load, with accounts that are inserted into its database. */
import { randomUUID } from "node:crypto";
import { csrfTokenOf } from "../../../src/identity/sessions/page-session.ts";
import { startCookieSession } from "../../../src/identity/sessions/sessions.ts";
import { signAccessToken } from "../../../src/identity/tokens/access-token.ts";
import { createDeviceId } from "../../../src/identity/tokens/device-token.ts";
import { createTokenSession } from "../../../src/identity/tokens/refresh-token.ts";
import { readTokenKeys } from "../../../src/identity/tokens/token-keys.ts";
import { createUser } from "../../../src/identity/users/users.ts";
import { type RunningWorker, startWorker, type WorkerSetup } from "../../integration/worker.ts";
import type { SignedIn, Storage } from "./types.ts";

/** One in this many accounts is an administrator. */
const ADMIN_INTERVAL = 10;

/** Starts the Worker with the files of `public`. */
export async function startOwnWorker(setup: WorkerSetup = {}): Promise<RunningWorker> {
  const worker = await startWorker({ signInRateLimit: 1_000_000, ...setup });
  await worker.publishAssets();
  return worker;
}

/** Inserts accounts that are signed in to the API and with a browser. */
export async function seedAccounts(worker: RunningWorker, count: number): Promise<SignedIn[]> {
  // A cast: Miniflare describes the same database with types of its own.
  const db = (await worker.database()) as unknown as D1Database;
  const keys = readTokenKeys(worker.tokenKeys);
  const accounts: SignedIn[] = [];
  for (let number = 0; number < count; number += 1) {
    const isAdmin = number % ADMIN_INTERVAL === 0;
    const user = await createUser(db, {
      email: `${randomUUID()}@example.com`,
      name: `User ${number}`,
      passwordHash: "",
    });
    if (!user) throw new Error("No account was created");
    if (isAdmin) await db.prepare("UPDATE users SET role = 'admin' WHERE id = ?").bind(user.id).run();
    const owner = { user, device: "load", deviceId: createDeviceId() };
    const [tokens, cookie] = [await createTokenSession(db, owner), await startCookieSession(db, owner)];
    if (!tokens || !cookie) throw new Error("No session was started");
    const renew = () => signAccessToken(keys, { ...tokens, role: isAdmin ? "admin" : "user" });
    accounts.push({
      isAdmin,
      accessToken: await renew(),
      cookie: `__Host-session=${cookie.secret}`,
      csrf: csrfTokenOf(cookie.secret),
      renew,
    });
  }
  return accounts;
}

export function storageOf(worker: RunningWorker): Storage {
  const select = async (sql: string): Promise<unknown[]> => {
    const { results } = await (await worker.database()).prepare(sql).all<Record<string, unknown>>();
    return results.map((row) => Object.values(row)[0]);
  };
  return {
    count: async (sql) => Number((await select(sql))[0]),
    strings: async (sql) => (await select(sql)).map(String),
    async objectKeys(binding) {
      const bucket = await worker.bucket(binding);
      const keys: string[] = [];
      for (let cursor: string | undefined; ; ) {
        const page = await bucket.list(cursor === undefined ? {} : { cursor });
        keys.push(...page.objects.map(({ key }) => key));
        if (!page.truncated) return keys;
        cursor = page.cursor;
      }
    },
  };
}
