/** The session of a page's visitor: data that stays from request to request, and messages for the next page. */
import type { AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard, type OnResponseHandler } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import type { Message } from "../../web/pages/message.ts";
import { signDeviceToken } from "../tokens/device-token.ts";
import { hashSecret } from "../tokens/secret.ts";
import { readTokenKeys } from "../tokens/token-keys.ts";
import type { User } from "../users/user.ts";
import type { Credentials } from "../users/users.ts";
import { deviceCookie, sessionCookie } from "./cookies.ts";
import { type Identity, identify } from "./identify.ts";
import {
  changeSessionData,
  deviceOf,
  keptPartOf,
  removeSession,
  type SessionData,
  startCookieSession,
} from "./sessions.ts";
import { readVisitorFlash, setVisitorFlash } from "./visitor-flash.ts";

const FLASH = "flash";

/** The token that binds a form to the session of a cookie. @param secret The cookie's. */
export function csrfTokenOf(secret: string): string {
  return hashSecret(`csrf ${keptPartOf(secret)}`);
}

/**
 * What `get`, `set`, `delete` and `flash` change is stored when the response leaves, by `saveSession`. A visitor gets a
 * session with the first change; messages alone need none.
 */
export class Session {
  readonly #found: Identity["session"];
  readonly #visitorFlash: readonly Message[];
  readonly #changes = new Map<string, unknown>();
  #id: string | undefined;

  /** @param visitorFlash Messages for a visitor without a session. */
  constructor(found: Identity["session"], visitorFlash: readonly Message[] = []) {
    this.#found = found;
    this.#id = found?.id;
    this.#visitorFlash = visitorFlash;
  }

  /** Undefined until there is a session to be stored. */
  get id(): string | undefined {
    return this.#id;
  }

  /** The session goes on under another id: changes are stored there. */
  continueAs(id: string): void {
    this.#id = id;
  }

  /** Null for a visitor who has not signed in. */
  get user(): User | null {
    return this.#found?.user ?? null;
  }

  /** The token for the hidden field `csrf` of forms: bound to the session, told by nothing but the cookie. */
  get csrf(): string {
    return this.#found ? csrfTokenOf(this.#found.secret) : "";
  }

  get data(): SessionData {
    const data = { ...this.#stored, ...Object.fromEntries(this.#changes) };
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
    const flashes = this.#peekFlashes(this.#stored[FLASH]);
    if (flashes.length > 0 && !this.#changes.has(FLASH)) this.delete(FLASH);
    return flashes;
  }

  get #stored(): SessionData {
    if (this.#found) return this.#found.data;
    return this.#visitorFlash.length > 0 ? { [FLASH]: this.#visitorFlash } : {};
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
    return { allow: true, locals: { session: new Session(session, session ? [] : readVisitorFlash(c)) } };
  }),
  { denies: [] },
);

/** Stores what a request changed in its session, before the response leaves. */
export const saveSession: OnResponseHandler<AppLocals & Partial<SessionLocals>> = async ({ context, response }) => {
  const { request, locals } = context;
  const { session, env } = locals;
  // HEAD shows nothing: a message that it took must still be shown.
  if (!session || session.changes.size === 0 || request.method === "HEAD") return response;
  if (session.id !== undefined) {
    await changeSessionData(env.DB, session.id, session.changes);
    return response;
  }
  const saved = new Response(response.body, response);
  const { [FLASH]: messages = [], ...data } = session.data;
  const needsRow = Object.keys(data).length > 0;
  setVisitorFlash(context, saved.headers, needsRow ? [] : (messages as readonly Message[]));
  if (!needsRow) return saved;
  const visitor = { user: null, device: deviceOf(request), deviceId: null };
  const started = await startCookieSession(env.DB, visitor, session.data);
  if (started) sessionCookie.set(request, env, saved.headers, started.secret);
  return saved;
};

interface Visit {
  readonly request: Request;
  readonly locals: AppLocals & SessionLocals;
}

/** What signing in leads to, beside the cookies. */
export interface SignedInBrowser {
  /** They set the cookies. */
  readonly headers: Headers;
  /** Whether a session that was used less recently had to end. */
  readonly hasEvicted: boolean;
}

/**
 * Signs a user in, in a browser whose session before is over by then. What a visitor had in it goes on in the new one,
 * and so does the user's own data; another user's does not.
 *
 * @param user Whose password was checked.
 * @param deviceId Of the browser's device token.
 * @returns Undefined where the password has changed meanwhile.
 */
export async function signInBrowser(
  { request, locals }: Visit,
  user: Credentials,
  deviceId: string,
): Promise<SignedInBrowser | undefined> {
  const { env, session } = locals;
  const isAnothers = session.user !== null && session.user.id !== user.id;
  const data = isAnothers ? Object.fromEntries(session.changes) : session.data;
  const started = await startCookieSession(env.DB, { user, device: deviceOf(request), deviceId }, data);
  if (!started) return undefined;
  const headers = new Headers();
  const deviceToken = signDeviceToken(readTokenKeys(env.TOKEN_KEYS), user, deviceId);
  setSessionCookies({ request, locals }, headers, { secret: started.secret, deviceToken });
  if (session.id === undefined) setVisitorFlash({ request, locals }, headers, []);
  else await removeSession(env.DB, session.id);
  session.settle();
  return { headers, hasEvicted: started.hasEvicted };
}

/** Sets the cookies of a session that was started or renewed. */
export function setSessionCookies(
  { request, locals: { env } }: { readonly request: Request; readonly locals: AppLocals },
  headers: Headers,
  { secret, deviceToken }: { readonly secret: string; readonly deviceToken: string },
): void {
  sessionCookie.set(request, env, headers, secret);
  deviceCookie.set(request, env, headers, deviceToken);
}
