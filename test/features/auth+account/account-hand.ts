/** What an actor of the account model holds, and how responses add to it. */
import { csrfTokenOf } from "../../../src/identity/sessions/page-session.ts";

/** A session of the API or of a browser. */
export interface HeldSession {
  /** What a request sends that comes from it. */
  readonly headers: Readonly<Record<string, string>>;
  /** Of a token session. */
  readonly refreshToken?: string;
  /** Of a browser, for its forms. */
  readonly csrf?: string;
}

/** Links in mails, by what they are for. */
export interface HeldLinks {
  readonly verify: readonly string[];
  readonly reset: readonly string[];
}

/** Everything that an actor has ever held. Nothing is taken out when it ends: whoever holds it may try. */
export interface Hand {
  readonly sessions: HeldSession[];
  readonly keys: string[];
  readonly deviceTokens: string[];
  /** Ids; see `holdSocket`. */
  readonly sockets: string[];
  links: HeldLinks;
}

export function emptyHand(): Hand {
  return { sessions: [], keys: [], deviceTokens: [], sockets: [], links: { verify: [], reset: [] } };
}

interface ParsedBody {
  readonly accessToken?: string;
  readonly refreshToken?: string;
  readonly deviceToken?: string;
  readonly key?: string;
}

/** Takes tokens, cookies and keys out of a response. @returns Its status. */
export async function takeFrom(response: Response, { sessions, keys, deviceTokens }: Hand): Promise<number> {
  for (const cookie of response.headers.getSetCookie()) {
    const [, name, value] = /^__Host-(session|device)=([^;]+)/.exec(cookie) ?? [];
    if (name === "device" && value) deviceTokens.push(value);
    if (name === "session" && value) sessions.push(browserWith(value));
  }
  const isJson = response.headers.get("Content-Type")?.startsWith("application/json") ?? false;
  const { accessToken, refreshToken, deviceToken, key } = isJson ? await response.json<ParsedBody>() : {};
  if (accessToken && refreshToken) sessions.push({ headers: { Authorization: `Bearer ${accessToken}` }, refreshToken });
  if (deviceToken) deviceTokens.push(deviceToken);
  if (key) keys.push(key);
  return response.status;
}

function browserWith(secret: string): HeldSession {
  const headers = { Cookie: `__Host-session=${secret}`, "Sec-Fetch-Site": "same-origin", Accept: "text/html" };
  return { headers, csrf: csrfTokenOf(secret) };
}
