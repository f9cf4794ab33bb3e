/** The session of a page's visitor: data that stays from request to request, and messages for the next page. */
import type { AppLocals } from "../env.ts";
import { type Guard, type HeadContext, headGuard, type OnResponseHandler } from "../http/index.ts";
import { stateFacts } from "../web/guard-facts.ts";
import type { Message } from "../web/message.ts";
import { type Identity, identify } from "./identify.ts";
import { hashSecret } from "./secret.ts";
import { setSessionCookie } from "./session-cookie.ts";
import {
  changeSessionData,
  deviceOf,
  endSession,
  type SessionData,
  type SessionOwner,
  startCookieSession,
} from "./sessions.ts";
import type { User } from "./user.ts";

const FLASH = "flash";

/**
 * What `get`, `set`, `delete` and `flash` change is stored when the response leaves, by `saveSession`. A
 * visitor without a session gets one with the first change.
 */
export class Session {
  readonly #found: Identity["session"];
  readonly #changes = new Map<string, unknown>();

  constructor(found: Identity["session"]) {
    this.#found = found;
  }

  /** Undefined until there is a session to be stored. */
  get id(): string | undefined {
    return this.#found?.id;
  }

  /** Null for a visitor who has not signed in. */
  get user(): User | null {
    return this.#found?.user ?? null;
  }

  /** The token for the hidden field `csrf` of forms: bound to the session, told by nothing but the cookie. */
  get csrf(): string {
    return this.#found ? hashSecret(`csrf ${this.#found.secret}`) : "";
  }

  get data(): SessionData {
    const data = { ...this.#found?.data, ...Object.fromEntries(this.#changes) };
    return Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined));
  }

  get changes(): ReadonlyMap<string, unknown> {
    return this.#changes;
  }

  get(key: string): unknown {
    const { data } = this;
    return Object.hasOwn(data, key) ? data[key] : undefined;
  }

  /**
   * @param key Letters, digits, `_` and `-`.
   * @param value What JSON can hold; undefined removes the key.
   */
  set(key: string, value: unknown): void {
    if (!/^[\w-]+$/.test(key)) throw new TypeError(`"${key}" is no key for session data`);
    this.#changes.set(key, value);
  }

  delete(key: string): void {
    this.set(key, undefined);
  }

  /** Leaves a message for the next page, which shows it once. */
  flash(kind: Message["kind"], text: string, action?: Message["action"]): void {
    const message: Message = { kind, text, ...(action && { action }) };
    this.set(FLASH, [...this.#peekFlashes(this.#changes.get(FLASH)), message]);
  }

  /** The messages that earlier requests left; they are gone then. */
  takeFlashes(): readonly Message[] {
    const flashes = this.#peekFlashes(this.#found?.data[FLASH]);
    if (flashes.length > 0 && !this.#changes.has(FLASH)) this.delete(FLASH);
    return flashes;
  }

  /** What was changed is stored elsewhere. */
  settle(): void {
    this.#changes.clear();
  }

  /** Only we write there. */
  #peekFlashes(value: unknown): readonly Message[] {
    return (value ?? []) as readonly Message[];
  }
}

export interface SessionLocals {
  readonly session: Session;
}

/** Supplies `session`. Denies nothing: visitors have one, too. */
export const loadSession: Guard<AppLocals, SessionLocals> = stateFacts(
  headGuard(async function loadSession(c: HeadContext<AppLocals>) {
    const { session } = await identify(c);
    return { allow: true, locals: { session: new Session(session) } };
  }),
  { denies: [] },
);

/** Stores what a request changed in its session, before the response leaves. */
export const saveSession: OnResponseHandler<AppLocals & Partial<SessionLocals>> = async ({ context, response }) => {
  const { request, locals } = context;
  const { session, env } = locals;
  // HEAD shows nothing: a message that it took is still to be shown.
  if (!session || session.changes.size === 0 || request.method === "HEAD") return response;
  if (session.id !== undefined) {
    await changeSessionData(env.DB, session.id, session.changes);
    return response;
  }
  if (Object.keys(session.data).length === 0) return response;
  const secret = await startCookieSession(env.DB, { user: null, device: deviceOf(request) }, session.data);
  const saved = new Response(response.body, response);
  if (secret !== undefined) setSessionCookie(request, env, saved.headers, secret);
  return saved;
};

/**
 * Signs somebody in or out in a browser: the session before is over. What a visitor had in it goes on
 * in the new one, and so does one's own; what somebody else had does not.
 *
 * @param user Whose password was checked; null to sign out, and then no data goes on.
 * @returns The headers that set the cookie; undefined where the password has changed meanwhile.
 */
export async function renewSession(
  { request, locals }: { readonly request: Request; readonly locals: AppLocals & SessionLocals },
  user: SessionOwner["user"],
): Promise<Headers | undefined> {
  const { env, session } = locals;
  const isAnothers = session.user !== null && session.user.id !== user?.id;
  const data = isAnothers ? Object.fromEntries(session.changes) : session.data;
  const secret = user && (await startCookieSession(env.DB, { user, device: deviceOf(request) }, data));
  if (secret === undefined) return undefined;
  if (session.id !== undefined) await endSession(env.DB, session.id);
  session.settle();
  const headers = new Headers();
  setSessionCookie(request, env, headers, secret);
  return headers;
}
