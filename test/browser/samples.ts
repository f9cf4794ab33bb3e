/** Believable data for the screenshots: people, and the data that each feature adds for them through the app's own API. */
import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { hashPassword } from "../../src/identity/passwords/password-hash.ts";
import { csrfTokenOf } from "../../src/identity/sessions/page-session.ts";
import { startCookieSession } from "../../src/identity/sessions/sessions.ts";
import { createDeviceId } from "../../src/identity/tokens/device-token.ts";
import { createUser, findCredentials } from "../../src/identity/users/users.ts";
import { openLocalDatabase } from "../integration/local-database.ts";

const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";

/** By the part before the at sign: the name, the days since registration, whether the address is confirmed. */
const PEOPLE: Readonly<Record<string, readonly [name: string, days: number, isConfirmed: boolean]>> = {
  jonas: ["Jonas Weber", 148, true],
  amina: ["Amina Yusuf", 97, true],
  tomas: ["Tomás Herrera", 61, true],
  "mei.tanaka": ["Mei Tanaka", 33, true],
  ingrid: ["Ingrid Solberg", 12, true],
  "p.raman": ["Priya Raman", 5, false],
  zoe: ["Zoë Laurent", 1, false],
};

/** The demonstration accounts are older. */
const DEMO_DAYS = { ada: 402, grace: 311 };

/** A user who is signed in with a browser. */
export interface Person {
  /** The value of the cookie `session`. */
  readonly session: string;
  /** Sends a request to the app. @throws Unless it succeeds. */
  send(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  /** Submits a form of a page. @throws Unless it succeeds. */
  submit(path: string, fields: Readonly<Record<string, string>>): Promise<void>;
  /** Signs in with another browser. @param device Its User-Agent. */
  signIn(device: string): Promise<void>;
}

/** Everything that a feature needs to add its data. */
export interface SampleContext {
  readonly origin: string;
  readonly checkout: string;
  readonly database: D1Database;
  /** The person whose pages are shown, an administrator. */
  readonly ada: Person;
  readonly grace: Person;
  readonly jonas: Person;
  /** The number of milliseconds since the epoch, that many minutes ago. */
  ago(minutes: number): number;
}

/** A page to be shown, by its name. */
export interface Shot {
  readonly path: string;
  /** Waits until the page shows its data. Default: until it has loaded. */
  readonly ready?: (page: Page) => Promise<void>;
}

/** Adds the data of a feature. @returns Pages that the navigation does not name, or that must be waited for. */
export type AddSamples = (context: SampleContext) => Promise<Readonly<Record<string, Shot>>>;

/** Changes stored data in ways that the app cannot, such as its age. The app must not run: its objects have data in memory. */
export type AgeSamples = (context: SampleContext) => void;

/** `test/browser/features/<name>/samples.ts` */
interface SampleModule {
  readonly addSamples: AddSamples;
  readonly ageSamples?: AgeSamples;
}

/** All samples: the pages to be shown, and the last step, for which the app must not run. */
export interface Samples {
  readonly context: SampleContext;
  readonly shots: Readonly<Record<string, Shot>>;
  age(): void;
}

/** Adds the data of all features. */
export async function addSamples(origin: string, checkout: string): Promise<Samples> {
  const database = openLocalDatabase(checkout);
  const ago = (minutes: number) => Date.now() - minutes * 60_000;
  const enter = (name: string) => personOf(database, origin, `${name}@example.com`);
  await addPeople(database, ago);
  const [ada, grace, jonas] = [await enter("ada"), await enter("grace"), await enter("jonas")];
  const context: SampleContext = { origin, checkout, database, ago, ada, grace, jonas };
  const modules: SampleModule[] = [];
  for (const path of globSync("features/*/samples.ts", { cwd: import.meta.dirname }).sort())
    modules.push(await import(pathToFileURL(join(import.meta.dirname, path)).href));
  const shots: Record<string, Shot> = {};
  for (const { addSamples: add } of modules) Object.assign(shots, await add(context));
  const age = () => {
    for (const { ageSamples } of modules) ageSamples?.(context);
  };
  return { context, shots, age };
}

async function addPeople(database: D1Database, ago: SampleContext["ago"]): Promise<void> {
  const passwordHash = hashPassword(crypto.randomUUID());
  const since = (email: string, days: number, isConfirmed: boolean) =>
    database
      .prepare("UPDATE users SET created_at = ?, email_verified = ? WHERE email = ?")
      .bind(new Date(ago(days * 24 * 60)).toISOString(), Number(isConfirmed), email)
      .run();
  for (const [key, [name, days, isConfirmed]] of Object.entries(PEOPLE)) {
    await createUser(database, { email: `${key}@example.com`, name, passwordHash });
    await since(`${key}@example.com`, days, isConfirmed);
  }
  for (const [key, days] of Object.entries(DEMO_DAYS)) await since(`${key}@example.com`, days, true);
}

async function personOf(database: D1Database, origin: string, email: string): Promise<Person> {
  const signIn = async (device: string) => {
    const user = await findCredentials(database, { email });
    const started = user && (await startCookieSession(database, { user, device, deviceId: createDeviceId() }));
    if (!started) throw new Error(`${email} has no account`);
    return started.secret;
  };
  const session = await signIn(FIREFOX);
  const send: Person["send"] = async (method, path, body, headers = {}) => {
    const isJson = body !== undefined && Object.getPrototypeOf(body) === Object.prototype;
    const response = await fetch(origin + path, {
      method,
      headers: {
        Cookie: `session=${session}`,
        "Sec-Fetch-Site": "same-origin",
        ...(isJson && { "Content-Type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : (body as BodyInit) }),
      redirect: "manual",
    });
    if (response.status >= 400) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  return {
    session,
    send,
    signIn: async (device) => void (await signIn(device)),
    async submit(path, fields) {
      const own = { csrf: csrfTokenOf(session), submission: crypto.randomUUID() };
      await send("POST", path, new URLSearchParams({ ...own, ...fields }), { Accept: "text/html" });
    },
  };
}
