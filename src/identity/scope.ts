/** Scopes for routes that need a signed-in user, a page's session, or both. */
import type { AppLocals } from "../env.ts";
import { scope } from "../http/index.ts";
import type { SessionLocals } from "./sessions/page-session.ts";
import type { SignedIn } from "./users/user.ts";

/** For routes behind `requireAuth`. */
export const signedIn = scope<AppLocals & SignedIn>();

/** For pages behind `loadSession`, which visitors can open as well. */
export const sessionPage = scope<AppLocals & SessionLocals>();

/** For pages behind `loadSession` and `requireAuth`. */
export const signedInPage = scope<AppLocals & SessionLocals & SignedIn>();
