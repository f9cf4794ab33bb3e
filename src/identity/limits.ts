/** The two rate limits that the app's routes share, set in `wrangler.toml`. */
import type { AppLocals } from "../env.ts";
import type { Context, HeadContext } from "../http/index.ts";
import { type LimitNeeds, rateLimit, rateLimitInput } from "../limits/rate-limit.ts";
import { clientAddress } from "../web/client-address.ts";
import type { FormLocals } from "../web/guards/require-form.ts";
import { identify } from "./identify.ts";
import type { SignedIn } from "./user.ts";

/** Requests of the API a minute for one user, one key, or, of strangers, one address. */
export const limitApi = rateLimit({
  name: "api",
  limit: (env) => env.API_RATE_LIMIT,
  windowSeconds: 60,
  key: keyOfCaller,
  whenUnavailable: "allow",
});

/**
 * Sign-ins and the like a minute for one address and e-mail: it stands where guessing would pay. Of who
 * is signed in, the account counts, whatever the form says.
 */
export const limitAuth = rateLimitInput({
  name: "auth",
  limit: (env) => env.AUTH_RATE_LIMIT,
  windowSeconds: 60,
  key: (c: Context<unknown, unknown, unknown, LimitNeeds & Partial<FormLocals & SignedIn>>) =>
    `${clientAddress(c.request)} ${emailOf(c.locals.user ?? c.locals.form ?? c.raw.body)}`,
  whenUnavailable: "deny",
});

async function keyOfCaller(c: HeadContext<AppLocals>): Promise<string> {
  const { signedIn } = await identify(c);
  if (!signedIn) return `address ${clientAddress(c.request)}`;
  const { auth, user } = signedIn;
  return auth.via === "key" ? `key ${auth.keyId}` : `user ${user.id}`;
}

/** As accounts have it, so that no spelling gets a count of its own. */
function emailOf(input: unknown): string {
  const email = typeof input === "object" && input && "email" in input ? input.email : undefined;
  return typeof email === "string" ? email.trim().toLowerCase().slice(0, 254) : "";
}
