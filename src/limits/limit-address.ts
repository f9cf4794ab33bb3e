/** Limits the requests of a client address by the platform's own rate limit. */
import type { AppLocals, RequestEnv } from "../env.ts";
import { type Guard, type HeadContext, headGuard } from "../http/index.ts";
import { stateFacts } from "../web/app/guard-facts.ts";
import { logFailure } from "../web/app/log.ts";
import { clientAddress } from "../web/request/client-address.ts";
import { deny } from "../web/respond/refuse.ts";

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
      const { request, locals } = c;
      if (isExempt(request) || (await isWithinLimit(locals.env, clientAddress(request)))) return { allow: true };
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

async function isWithinLimit(env: RequestEnv, key: string): Promise<boolean> {
  try {
    return (await env.ADDRESS_LIMIT.limit({ key })).success;
  } catch (error) {
    logFailure("The rate limit of client addresses failed, so the request was admitted", error);
    return true;
  }
}
