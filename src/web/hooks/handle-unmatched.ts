/** Responds to requests that match no route: with 404, or with 405 and `Allow` if the path has other methods. */
import type { AppLocals } from "../../env.ts";
import type { Config } from "../../http/index.ts";
import { refuse } from "../respond/refuse.ts";

type NotFound = NonNullable<Config<AppLocals>["notFound"]>;

export const handleUnmatched: NotFound = ({ request, locals, allowedMethods }) => {
  if (allowedMethods.length === 0) return refuse({ request, locals }, 404, "There is nothing at this address.");
  const Allow = [...new Set([...allowedMethods, "OPTIONS"])].sort().join(", ");
  if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: { Allow } });
  // RFC 9110 §15.5.6 requires Allow.
  return refuse({ request, locals }, 405, `This address does not support ${request.method}, only ${Allow}.`, { Allow });
};
