/** The session of a browser: data that persists between requests, and messages for the next page. */
import type { AppContext, AppLocals } from "../../env.ts";
import { type Guard, type HeadContext, headGuard } from "../../http/index.ts";
import { stateFacts } from "../../web/app/guard-facts.ts";
import { logFailure } from "../../web/app/log.ts";
import type { SendHook } from "../../web/hooks/send-hook.ts";
import type { Message } from "../../web/pages/ui/message.ts";
import { ownResponse } from "../../web/respond/own-response.ts";
import { isProblem } from "../../web/respond/problem.ts";
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

declare module "../../http/index.ts" {
  interface SuppliedBy {
    session: "session (by loadSession)";
  }
}

const FLASH = "flash";

/** The token that binds a form to a session. @param secret The value of the session cookie. */
export function csrfTokenOf(secret: string): string {
  return hashSecret(`csrf ${keptPartOf(secret)}`);
}

/**
 * A session during a request. `saveSession` stores its changes before the response leaves. A visitor gets a
 * session with the first change; messages alone do not need one.
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

  /** Undefined while the visitor has no session. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Stores changes under another id, because the session was renewed. */
  continueAs(id: string): void {
    this.#id = id;
  }

  /** Null for a visitor. */
  get user(): User | null {
    return this.#found?.user ?? null;
  }

  /** The token for the hidden field `csrf` of forms, derived from the session cookie. */
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
   * @param value A JSON value; undefined removes the key.
   */
  set(key: string, value: unknown): void {
    if (!/^[\w-]+$/.test(key))
      throw new TypeError(`The session key ${JSON.stringify(key)} must consist of letters, digits, "_" and "-"`);
    this.#changes.set(key, value);
  }

  delete(key: string): void {
    this.set(key, undefined);
  }

  /** Stores a message that the next page shows once. */
  flash(kind: Message["kind"], text: string, extras: Omit<Message, "kind" | "text"> = {}): void {
    const message: Message = { kind, text, ...extras };
    this.set(FLASH, [...this.#peekFlashes(this.#changes.get(FLASH)), message]);
  }

  /** Removes and returns the messages of earlier requests. */
  takeFlashes(): readonly Message[] {
    const flashes = this.#peekFlashes(this.#stored[FLASH]);
    if (flashes.length > 0 && !this.#changes.has(FLASH)) this.delete(FLASH);
    return flashes;
  }

  /** Keeps the messages that `takeFlashes` returned, because the response does not show them. */
  keepFlashes(): void {
    if (this.#changes.get(FLASH) === undefined) this.#changes.delete(FLASH);
  }

  get #stored(): SessionData {
    if (this.#found) return this.#found.data;
    return this.#visitorFlash.length > 0 ? { [FLASH]: this.#visitorFlash } : {};
  }

  /** Discards the changes, because they are stored elsewhere. */
  discardChanges(): void {
    this.#changes.clear();
  }

  /** A safe cast: only `flash` writes this key. */
  #peekFlashes(value: unknown): readonly Message[] {
    return (value ?? []) as readonly Message[];
  }
}

export interface SessionLocals {
  readonly session: Session;
}

/** Loads the session of the browser, and never denies. Supplies `session`, for visitors as well. */
export const loadSession: Guard<AppLocals, SessionLocals> = stateFacts(
  headGuard(async function loadSession(c: HeadContext<AppLocals>) {
    const { session } = await identify(c);
    return { allow: true, locals: { session: new Session(session, session ? [] : readVisitorFlash(c)) } };
  }),
  {
    denies: [],
    explanation: "Loads the session of the browser, and never denies.",
    preview: () => "allow",
  },
);

/** Stores the changes that a request made to its session, before the response leaves. */
export const saveSession: SendHook<SessionLocals> = async ({ context, response, outcome }) => {
  const { request, locals } = context;
  const { db, env, session } = locals;
  if (outcome.kind === "failed" || isProblem(response)) session?.keepFlashes();
  // A response to HEAD shows no messages, so the next page must still show them.
  if (!session || session.changes.size === 0 || request.method === "HEAD") return undefined;
  const { id } = session;
  if (id !== undefined) {
    await saveChanges(session, locals.requestId, () => changeSessionData(db, id, session.changes));
    return undefined;
  }
  const saved = ownResponse(response);
  const { [FLASH]: messages = [], ...data } = session.data;
  const needsRow = Object.keys(data).length > 0;
  setVisitorFlash(context, saved.headers, needsRow ? [] : (messages as readonly Message[]));
  if (!needsRow) return saved;
  const visitor = { user: null, device: deviceOf(request), deviceId: null };
  const started = await startCookieSession(db, visitor, session.data);
  if (started) sessionCookie.set(request, env, saved.headers, started.secret);
  return saved;
};

/**
 * Messages are not worth a failed response: the response tells what the request has done, and may carry the cookies of
 * a new session. Other data must not be lost silently.
 */
async function saveChanges({ changes }: Session, requestId: string, save: () => Promise<void>): Promise<void> {
  try {
    await save();
  } catch (error) {
    if ([...changes.keys()].some((key) => key !== FLASH)) throw error;
    logFailure("The messages of a session could not be stored", error, requestId);
  }
}

/** The result of a sign-in in a browser. */
export interface SignedInBrowser {
  /** The headers that set the cookies. */
  readonly headers: Headers;
  /** Whether the least recently used session was ended to make room. */
  readonly hasEvicted: boolean;
}

/**
 * Signs a user in and ends the browser's previous session. The new session keeps the data of a visitor or of the same
 * user, but not of another user.
 *
 * @param user The user, whose password was checked.
 * @param deviceId The id in the browser's device token.
 * @returns Undefined if the password has changed meanwhile.
 */
export async function signInBrowser(
  { request, locals }: AppContext<SessionLocals>,
  user: Credentials,
  deviceId: string,
): Promise<SignedInBrowser | undefined> {
  const { db, env, session } = locals;
  const belongsToOther = session.user !== null && session.user.id !== user.id;
  const data = belongsToOther ? Object.fromEntries(session.changes) : session.data;
  const started = await startCookieSession(db, { user, device: deviceOf(request), deviceId }, data);
  if (!started) return undefined;
  const headers = new Headers();
  const deviceToken = signDeviceToken(readTokenKeys(env.TOKEN_KEYS), user, deviceId);
  setSessionCookies({ request, locals }, headers, { secret: started.secret, deviceToken });
  if (session.id === undefined) setVisitorFlash({ request, locals }, headers, []);
  else await removeSession(db, session.id);
  session.discardChanges();
  return { headers, hasEvicted: started.hasEvicted };
}

/** Sets the cookies of a session that was started or renewed. */
export function setSessionCookies(
  { request, locals: { env } }: AppContext,
  headers: Headers,
  { secret, deviceToken }: { readonly secret: string; readonly deviceToken: string },
): void {
  sessionCookie.set(request, env, headers, secret);
  deviceCookie.set(request, env, headers, deviceToken);
}
