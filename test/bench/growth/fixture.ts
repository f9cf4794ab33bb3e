/** The running Worker with its users, whose data grows. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../integration/build.ts";
import { type RunningWorker, startWorker } from "../../integration/worker.ts";
import { bundle } from "../bundle.ts";
import { type Call, type Reply, send } from "./client.ts";
import { LISTS } from "./lists.ts";
import { liveRows } from "./rows.ts";
import { insert } from "./seed.ts";

const PASSWORD = "a password that is long enough";
const NAMES = ["owner", "other", "newcomer", "admin", "second"] as const;

/**
 * `owner` has N rows of each kind, `other` has N notes, and `newcomer` has no rows; `admin` and `second` are
 * administrators.
 */
export type Name = (typeof NAMES)[number];

/** Lists are ordered by creation, newest first, so the same rows are always on the last page. */
const ROWS_OF_LAST_PAGE = 5;

/** The classes of objects whose rows are counted. Rows of the limiter are not, since they do not depend on the data. */
const OBJECTS = [...readFileSync(join(projectRoot, "wrangler.toml"), "utf8").matchAll(/^\[exports\.(\w+)\]/gm)]
  .map(([, name = ""]) => name)
  .filter((name) => name !== "RateLimiter");

export class Fixture {
  readonly ids = {} as Record<Name, string>;
  readonly routes: ReadonlySet<string>;
  readonly database: Awaited<ReturnType<RunningWorker["database"]>>;
  readonly #worker: RunningWorker;
  readonly #origin: URL;
  readonly #tokens = new Map<Name, string>();
  readonly #refreshTokens = new Map<Name, string>();
  /** The cursors of the last pages, by list. */
  readonly cursors = new Map<string, string>();
  apiKey = "";
  oldestNote = "";

  private constructor(worker: RunningWorker, origin: URL, database: Fixture["database"], routes: ReadonlySet<string>) {
    this.#worker = worker;
    this.#origin = origin;
    this.database = database;
    this.routes = routes;
  }

  /** @param routes The routes of the app, each as method and pattern. */
  static async start(routes: ReadonlySet<string>): Promise<Fixture> {
    const source = `
      import * as worker from "./worker.js";
      import { meterWorker } from "./growth/meter.ts";
      import { meterObject } from "./growth/meter-objects.ts";
      ${OBJECTS.map((name) => `export const ${name} = meterObject(worker.${name});`).join("\n")}
      export default meterWorker(worker.default);`;
    const before = await bundle(source, { external: ["./worker.js", "cloudflare:*", "node:*"] });
    const worker = await startWorker({
      before: new TextDecoder().decode(before),
      environment: "development",
      signInRateLimit: 1_000_000,
      accountRateLimit: 1_000_000,
    });
    const database = await worker.database();
    const fixture = new Fixture(worker, await worker.url(), database, routes);
    for (const name of NAMES) await fixture.#createAccount(name);
    const body = { name: "growth", permissions: ["notes:read"] };
    const key = await fixture.as("newcomer", "/api/me/keys", { method: "POST", body });
    fixture.apiKey = JSON.parse(key.text).key;
    return fixture;
  }

  emailOf(name: Name): string {
    return `${name}@example.com`;
  }

  send(path: string, call?: Call): Promise<Reply> {
    return send(this.#origin, path, call);
  }

  /** Sends a request as a user who is signed in to the API. */
  as(name: Name, path: string, call: Call = {}): Promise<Reply> {
    const headers = { Authorization: `Bearer ${this.#tokens.get(name)}`, ...call.headers };
    return this.send(path, { ...call, headers });
  }

  register(email: string): Promise<Reply> {
    return this.send("/api/auth/register", { method: "POST", body: { email, name: "Somebody", password: PASSWORD } });
  }

  async signIn(name: Name): Promise<Reply> {
    const body = { email: this.emailOf(name), password: PASSWORD };
    const reply = await this.send("/api/auth/login", { method: "POST", body });
    this.#keepTokens(name, reply);
    return reply;
  }

  #keepTokens(name: Name, { text }: Reply): void {
    const { accessToken, refreshToken } = JSON.parse(text);
    this.#tokens.set(name, accessToken);
    this.#refreshTokens.set(name, refreshToken);
  }

  /** Executes SQL in an object. */
  async executeIn(binding: string, name: string, sql: string): Promise<void> {
    const response = await fetch(new URL(`/growth/objects/${binding}/${name}`, this.#origin), {
      method: "POST",
      body: sql,
    });
    if (!response.ok) throw new Error(await response.text());
  }

  /** Makes every session as fresh as if its user had just signed in, and resets the counters of quotas. */
  async refresh(): Promise<void> {
    // Signing in again would end all sessions but the newest 50.
    for (const name of NAMES) {
      const body = { refreshToken: this.#refreshTokens.get(name) };
      this.#keepTokens(name, await this.send("/api/auth/refresh", { method: "POST", body }));
    }
    await this.database
      .prepare("UPDATE sessions SET authenticated_at = ? WHERE authenticated_at IS NOT NULL")
      .bind(Date.now())
      .run();
    await this.database.prepare("UPDATE quota_usage SET used = 0").run();
    await this.database
      .prepare("DELETE FROM api_keys WHERE user_id = ? AND expires_at > ?")
      .bind(this.ids.owner, Date.now())
      .run();
  }

  /** Reads the cursors of the last pages, while the lists are still short. */
  async readCursors(): Promise<void> {
    for (const [path, [, who]] of Object.entries(LISTS)) {
      if (!this.routes.has(`GET ${path}`)) continue;
      const { items } = JSON.parse((await this.as(who, `${path}?limit=100`)).text);
      const { text } = await this.as(who, `${path}?limit=${items.length - ROWS_OF_LAST_PAGE}`);
      this.cursors.set(path, JSON.parse(text).nextCursor);
    }
    if (!this.routes.has("GET /api/notes")) return;
    const { text } = await this.as("owner", "/api/notes?limit=100");
    this.oldestNote = JSON.parse(text).items.at(-1).id;
  }

  /** Inserts a user without data. @returns The id. */
  async insertUser(): Promise<string> {
    const id = randomUUID();
    const [, user] = liveRows({ owner: "", other: "" })[0] ?? [];
    await insert(this.database, "users", { ...user, id: `'${id}'`, email: `'${id}'` }, 1, 1);
    return id;
  }

  async #createAccount(name: Name): Promise<void> {
    const { status, text } = await this.register(this.emailOf(name));
    if (status !== 201) throw new Error(text);
    const role = name === "admin" || name === "second" ? "admin" : "user";
    const row = await this.database
      .prepare("UPDATE users SET role = ?, email_verified = 1 WHERE email = ? RETURNING id")
      .bind(role, this.emailOf(name))
      .first<{ id: string }>();
    Object.assign(this.ids, { [name]: row?.id });
    await this.signIn(name);
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }
}
