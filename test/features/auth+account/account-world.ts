/** The world of the account model: an address, its owner, who reads the mailbox, and a stranger, who does not. */
import { env } from "cloudflare:test";
import { setRole } from "../../../src/identity/users/users.ts";
import { PERMISSION } from "../../harness.ts";
import { ask } from "../../identity/credential-app.ts";
import { holdSocket } from "../../socket-holder.ts";
import { emptyHand, type Hand, type HeldLinks, type HeldSession, takeFrom } from "./account-hand.ts";
import { LIMITS, postForm, postJson } from "./account-requests.ts";
import type { Actor, Step, Stolen, Via } from "./account-steps.ts";

/** Passwords that both actors may come to know. */
export const SHARED_PASSWORDS = ["everybody knows this one", "and this one as well"] as const;

export class AccountWorld {
  readonly email = `${crypto.randomUUID()}@example.com`;
  readonly hands: Readonly<Record<Actor, Hand>> = { owner: emptyHand(), stranger: emptyHand() };
  /** Passwords that the owner chose, once the account is the owner's again; the last one is good. */
  readonly secrets: string[] = [];

  /** Takes a step. @returns The status of the response; undefined where the actor held nothing for it. */
  async take(step: Step): Promise<number | undefined> {
    const hand = this.hands[step.by];
    const held = "session" in step ? hand.sessions[step.session % hand.sessions.length] : undefined;
    switch (step.does) {
      case "register":
        return this.register(hand, step.via, SHARED_PASSWORDS[step.password] ?? "");
      case "sign in":
        return this.signIn(step.by, step.via, this.#passwordOf(step, step.password), hand.deviceTokens.at(-1));
      case "ask for a reset link":
        return this.#askForReset(hand);
      case "guess passwords":
        return this.guess();
      case "steal":
        return this.#steal(step.what);
      case "promote":
      case "demote":
        return this.#setRole(step.does === "promote" ? "admin" : "user");
      case "confirm the address":
        return this.#confirm(step, held);
      case "reset":
        return this.reset(step.by, step.via, SHARED_PASSWORDS[step.password] ?? "");
    }
    if (!held) return undefined;
    const { headers } = held;
    switch (step.does) {
      case "ask for a verify link":
        return this.#post(hand, "/api/me/verify-email", {}, headers);
      case "make a key":
        return this.#post(hand, "/api/me/keys", { name: "A key", permissions: [PERMISSION] }, headers);
      case "open a socket":
        return this.#openSocket(hand, held);
      case "refresh":
        return held.refreshToken === undefined ? undefined : this.refresh(hand, held.refreshToken);
      case "sign out":
        return this.#post(hand, "/api/auth/logout", {}, headers);
      case "confirm the password": {
        const password = this.#passwordOf(step, step.password);
        return this.#post(hand, "/api/me/confirm-password", { password }, headers);
      }
      case "change the password":
        return this.#change(step, hand, held);
    }
  }

  /** Once the account is the owner's again, the owner uses secrets. */
  #passwordOf({ by }: Step, index: number): string {
    return (by === "owner" ? this.secrets.at(-1) : undefined) ?? SHARED_PASSWORDS[index] ?? "";
  }

  register(hand: Hand, via: Via, password: string): Promise<number> {
    const { email } = this;
    return this.#either(hand, via, "/api/auth/register", "/register", { email, name: "Somebody", password });
  }

  /** @param deviceToken Undefined signs in without one. */
  signIn(by: Actor, via: Via, password: string, deviceToken: string | undefined): Promise<number> {
    const [hand, fields] = [this.hands[by], { email: this.email, password }];
    if (via === "page") return this.#form(hand, "/login", fields, deviceToken);
    return this.#post(hand, "/api/auth/login", { ...fields, ...(deviceToken && { deviceToken }) });
  }

  refresh(hand: Hand, refreshToken: string): Promise<number> {
    return this.#post(hand, "/api/auth/refresh", { refreshToken });
  }

  #askForReset(hand: Hand): Promise<number> {
    return this.#post(hand, "/api/auth/forgot-password", { email: this.email });
  }

  /** Wrong passwords, until there is no room for more. */
  async guess(): Promise<number> {
    let status = 401;
    for (let count = 0; count < 5 && status !== 429; count += 1) {
      status = await this.signIn("stranger", "api", "a wrong guess", undefined);
    }
    return status;
  }

  /** Tries the links of that actor, the newest first. @returns 422 where none works. */
  async reset(by: Actor, via: Via, password: string): Promise<number | undefined> {
    const { reset } = await this.#linksOf(by);
    for (const token of reset.toReversed()) {
      const status = await this.#either(this.hands[by], via, "/api/auth/reset-password", "/reset-password", {
        token,
        password,
      });
      if (status !== 422) return status;
    }
    return reset.length === 0 ? undefined : 422;
  }

  /** The owner takes the account back, by a mail. @returns The status of the reset. */
  async takeBack(): Promise<number | undefined> {
    const secret = `only the owner knows ${crypto.randomUUID()}`;
    const { owner } = this.hands;
    await this.register(owner, "api", secret);
    await this.#askForReset(owner);
    const status = await this.reset("owner", "api", secret);
    this.secrets.push(secret);
    return status;
  }

  async #confirm(
    step: Step & { does: "confirm the address" },
    held: HeldSession | undefined,
  ): Promise<number | undefined> {
    const { by, via, proof, password } = step;
    const token = (await this.#linksOf(by)).verify.at(-1);
    if (token === undefined || (proof === "session" && !held)) return undefined;
    const fields = { token, ...(proof === "password" && { password: this.#passwordOf(step, password) }) };
    if (proof === "session" && held) return this.#post(this.hands[by], "/api/auth/verify-email", fields, held.headers);
    return this.#either(this.hands[by], via, "/api/auth/verify-email", "/verify-email", fields);
  }

  async #change(step: Step & { does: "change the password" }, hand: Hand, held: HeldSession): Promise<number> {
    const { by, password, next, keepApiKeys } = step;
    const isSecret = by === "owner" && this.secrets.length > 0;
    const newPassword = isSecret ? `a new secret ${crypto.randomUUID()}` : (SHARED_PASSWORDS[next] ?? "");
    const body = { currentPassword: this.#passwordOf(step, password), newPassword, keepApiKeys };
    const status = await this.#post(hand, "/api/me/password", body, held.headers);
    if (isSecret && status === 200) this.secrets.push(newPassword);
    return status;
  }

  async #openSocket(hand: Hand, { headers }: HeldSession): Promise<number> {
    const whoami = await ask("/whoami", headers, LIMITS);
    if (!whoami.ok) return whoami.status;
    const { id, sessionId } = await whoami.json<{ id: string; sessionId: string }>();
    const socket = await holdSocket(id, sessionId);
    if (socket !== undefined) hand.sockets.push(socket);
    return socket === undefined ? 401 : 101;
  }

  /** The stranger gets a copy of all that the owner holds of a kind. */
  async #steal(what: Stolen): Promise<undefined> {
    const { owner, stranger } = this.hands;
    if (what === "sessions") stranger.sessions.push(...owner.sessions);
    if (what === "keys") stranger.keys.push(...owner.keys);
    if (what === "device tokens") stranger.deviceTokens.push(...owner.deviceTokens);
    if (what === "links") stranger.links = await this.#linksOf("owner");
  }

  /** The owner reads the mailbox. */
  async #linksOf(by: Actor): Promise<HeldLinks> {
    if (by === "stranger") return this.hands.stranger.links;
    const { results } = await env.DB.prepare("SELECT text FROM outbox WHERE recipient = ? ORDER BY id")
      .bind(this.email)
      .all<{ text: string }>();
    const linksTo = (page: string) =>
      results.flatMap(({ text }) => new RegExp(`/${page}\\?token=([\\w-]+)`).exec(text)?.[1] ?? []);
    return { verify: linksTo("verify-email"), reset: linksTo("reset-password") };
  }

  async #setRole(role: "user" | "admin"): Promise<number | undefined> {
    const id = await env.DB.prepare("SELECT id FROM users WHERE email = ?").bind(this.email).first<string>("id");
    return typeof (await setRole(env.DB, id ?? "", role)) === "string" ? 422 : 200;
  }

  #either(hand: Hand, via: Via, api: string, page: string, fields: Record<string, string>): Promise<number> {
    return via === "api" ? this.#post(hand, api, fields) : this.#form(hand, page, fields);
  }

  async #post(
    hand: Hand,
    path: string,
    body: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<number> {
    return takeFrom(await postJson(path, body, headers), hand);
  }

  async #form(hand: Hand, path: string, fields: Record<string, string>, device?: string): Promise<number> {
    const Cookie = device === undefined ? "" : `__Host-device=${device}`;
    return takeFrom(await postForm(path, fields, { Cookie }), hand);
  }

  /** Everything that a request could change of the account. */
  async snapshot(): Promise<unknown> {
    const user = "(SELECT id FROM users WHERE email = ?1)";
    const select = (sql: string) => env.DB.prepare(sql).bind(this.email);
    const results = await env.DB.batch([
      select("SELECT * FROM users WHERE email = ?1"),
      select(
        `SELECT id, secret_hash, refresh_hash, expires_at, authenticated_at, data FROM sessions WHERE user_id = ${user} ORDER BY id`,
      ),
      select(`SELECT id, key_hash FROM api_keys WHERE user_id = ${user} ORDER BY id`),
      select(`SELECT token_hash FROM email_tokens WHERE user_id = ${user} ORDER BY token_hash`),
    ]);
    return results.map(({ results }) => results);
  }

  /** Removes all that is left of it. */
  async end(): Promise<void> {
    await env.DB.batch([
      env.DB.prepare("DELETE FROM users WHERE email = ?").bind(this.email),
      env.DB.prepare("DELETE FROM outbox WHERE recipient = ?").bind(this.email),
    ]);
  }
}
