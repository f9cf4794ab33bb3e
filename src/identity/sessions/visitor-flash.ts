/** Messages for a visitor without a session, in a signed cookie, so that they need no row in the database. */
import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import type { AppContext } from "../../env.ts";
import type { Message } from "../../web/pages/ui/message.ts";
import { equalSecrets } from "../tokens/secret.ts";
import { readTokenKeys, signingKey } from "../tokens/token-keys.ts";
import { flashCookie } from "./cookies.ts";

/** @returns The messages of an earlier response; none if the cookie's signature is invalid. */
export function readVisitorFlash({ request, locals: { env } }: AppContext): readonly Message[] {
  const [json = "", signature = ""] = flashCookie.read(request, env)?.split(".") ?? [];
  if (json === "") return [];
  const keys = [...readTokenKeys(env.TOKEN_KEYS).values()];
  if (!keys.some((key) => equalSecrets(sign(key, json), signature))) return [];
  return JSON.parse(Buffer.from(json, "base64url").toString()) as readonly Message[];
}

/** @param messages An empty list removes the cookie if the request has one. */
export function setVisitorFlash(
  { request, locals: { env } }: AppContext,
  headers: Headers,
  messages: readonly Message[],
): void {
  if (messages.length === 0) {
    if (flashCookie.read(request, env) !== undefined) flashCookie.set(request, env, headers, null);
    return;
  }
  const json = Buffer.from(JSON.stringify(messages)).toString("base64url");
  const [, key] = signingKey(readTokenKeys(env.TOKEN_KEYS));
  flashCookie.set(request, env, headers, `${json}.${sign(key, json)}`);
}

function sign(key: Parameters<typeof createHmac>[1], json: string): string {
  return createHmac("sha256", key).update(`flash ${json}`).digest("base64url");
}
