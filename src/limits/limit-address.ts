/** Limits the requests of a client address by the platform's own rate limit. */
import type { AppContext, AppLocals } from "../env.ts";
import { type Guard, type HeadContext, headGuard } from "../http/index.ts";
import { stateFacts } from "../web/app/guard-facts.ts";
import { logFailure } from "../web/app/log.ts";
import { withDeadline } from "../web/platform/transient.ts";
import { clientAddress } from "../web/request/client-address.ts";
import { deny } from "../web/respond/refuse.ts";
import { LIMITER_DEADLINE_MS } from "./rate-limit-policy.ts";

/** A head guard that limits the requests of each network address. The limit is in `wrangler.toml`. */
export const limitAddress = createAddressLimit();

/**
 * Limits the requests of each network address. Creates the same guard with exceptions, which denies with 429. The
 * binding counts approximately, per location of Cloudflare, and without a network hop. It reports neither its limit nor
 * the remaining requests, so responses have no `RateLimit` headers. If the binding fails, every request is admitted.
 *
 * @param isExempt Whether a request does not count.
 */
export function createAddressLimit(isExempt: (request: Request) => boolean = () => false): Guard<AppLocals> {
  return stateFacts(
    headGuard(async function rateLimit(c: HeadContext<AppLocals>) {
      const { request } = c;
      if (isExempt(request) || (await isAddressWithinLimit(c))) return { allow: true };
      return deny(c, 429, "Too many requests from your network address. Try again in 60 seconds.", {
        "Retry-After": "60",
      });
    }),
    {
      denies: [429],
      explanation: "Limits the requests of each network address.",
      detail: "address",
      // A visitor who reads the preview has just passed the limit.
      preview: () => "allow",
      limits: [{ name: "address", unit: "requests", binding: "ADDRESS_LIMIT" }],
    },
  );
}

/** Counts a request, and returns whether the limit of its address admits it. */
export async function isAddressWithinLimit({ request, locals }: AppContext): Promise<boolean> {
  const key = clientAddress(request);
  try {
    return (await withDeadline(locals.env.ADDRESS_LIMIT.limit({ key }), LIMITER_DEADLINE_MS)).success;
  } catch (error) {
    logFailure("The rate limit of client addresses failed, so the request was admitted", error);
    return true;
  }
}
