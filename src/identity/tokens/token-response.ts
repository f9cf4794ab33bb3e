/** API responses that contain the secrets of a session (RFC 6749 §5.1, in camel case). */
import * as z from "zod";
import type { AppContext, AppLocals } from "../../env.ts";
import { NOT_STORED } from "../../web/caching/cache-control.ts";
import { setSessionCookies } from "../sessions/page-session.ts";
import type { RenewedSecrets } from "../users/account-events.ts";
import { ACCESS_TOKEN_SECONDS, signAccessToken } from "./access-token.ts";
import type { TokenSession } from "./refresh-token.ts";
import { readTokenKeys } from "./token-keys.ts";

/** The secrets of a session. */
export const tokensBody = z
  .object({
    accessToken: z.string(),
    tokenType: z.literal("Bearer"),
    expiresIn: z.int().describe("The lifetime of the access token in seconds."),
    refreshToken: z.string(),
    deviceToken: z
      .string()
      .optional()
      .describe("Present only if the request contained the password. Send it with the next sign-in."),
  })
  .meta({ id: "Tokens" });

/** New tokens for a client of the API; an empty object for a browser, whose cookies are replaced. */
export const renewedBody = z.union([tokensBody, z.object({})]);

/** @param deviceToken Only after the user has entered the password. */
export async function tokenResponse(
  { env }: AppLocals,
  { refreshToken, ...claims }: TokenSession,
  deviceToken?: string,
): Promise<Response> {
  const accessToken = await signAccessToken(readTokenKeys(env.TOKEN_KEYS), claims);
  const tokens: z.output<typeof tokensBody> = {
    accessToken,
    tokenType: "Bearer",
    expiresIn: ACCESS_TOKEN_SECONDS,
    refreshToken,
    ...(deviceToken !== undefined && { deviceToken }),
  };
  return Response.json(tokens, { headers: NOT_STORED });
}

/** Returns new tokens to an API client, or sets new cookies with an empty object for a browser. */
export async function renewedResponse(c: AppContext, renewed: RenewedSecrets): Promise<Response> {
  if (renewed.via === "token") return tokenResponse(c.locals, renewed.session, renewed.deviceToken);
  const response = Response.json({}, { headers: NOT_STORED });
  setSessionCookies(c, response.headers, renewed);
  return response;
}
