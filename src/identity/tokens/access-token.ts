/** Access tokens: short-lived JWTs (RFC 9068) for API clients, verified as RFC 8725 requires. */
import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from "jose";
import * as z from "zod";
import { APP_ID } from "../../web/app/app-name.ts";
import { uuid } from "../../web/request/uuid.ts";
import type { Role } from "../users/user.ts";
import { signingKey, type TokenKeys } from "./token-keys.ts";

export const ACCESS_TOKEN_SECONDS = 15 * 60;

const ALGORITHM = "HS256";
const TYPE = "at+jwt";
const ISSUER = APP_ID;
const AUDIENCE = `${APP_ID}-api`;

/** No padding and no unused bits set, so that each token has only one spelling (RFC 7515 §2). */
const CANONICAL = /^[\w-]+\.[\w-]+\.[\w-]{42}[AEIMQUYcgkosw048]$/;

export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
}

const claims = z.object({ sub: uuid, sid: uuid, role: z.enum(["user", "admin"]) });

/** @param role For other services; the guards of this app read the role from the database. */
export function signAccessToken(
  keys: TokenKeys,
  { userId, sessionId, role }: AccessClaims & { readonly role: Role },
): Promise<string> {
  const [kid, key] = signingKey(keys);
  return new SignJWT({ sid: sessionId, role })
    .setProtectedHeader({ alg: ALGORITHM, kid, typ: TYPE })
    .setSubject(userId)
    .setIssuer(ISSUER)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime(`${ACCESS_TOKEN_SECONDS} seconds`)
    .sign(key);
}

/** @returns The claims of a valid token; `expired` for a formerly valid one, `invalid` for any other text. */
export async function verifyAccessToken(keys: TokenKeys, token: string): Promise<AccessClaims | "expired" | "invalid"> {
  if (!CANONICAL.test(token)) return "invalid";
  try {
    const { payload } = await jwtVerify(token, (header) => findKey(keys, header), {
      algorithms: [ALGORITHM],
      typ: TYPE,
      issuer: ISSUER,
      audience: AUDIENCE,
      requiredClaims: ["exp", "iat"],
    });
    const { sub, sid } = claims.parse(payload);
    return { userId: sub, sessionId: sid };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return "expired";
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) return "invalid";
    throw error;
  }
}

/** Our headers contain `alg`, `kid` and `typ` only. A header with a key, or the address of one, is forged. */
function findKey(keys: TokenKeys, header: JWTHeaderParameters) {
  const { alg, kid, typ, ...others } = header;
  const key = keys.get(kid ?? "");
  if (!key || Object.keys(others).length > 0) throw new errors.JWSInvalid("Unknown key or unexpected header");
  return key;
}
