/** Signs in the accounts of a load, and requests the pages for visitors. */
import { csrfTokenOf } from "../../../src/identity/sessions/page-session.ts";
import type { FeatureLoad, HeaderValues, LoadRequest, Outgoing, Received, Send } from "../../bench/load/types.ts";

const VISITOR = { Accept: "text/html", "Sec-Fetch-Site": "same-origin" };

function visit(path: string, weight: number): LoadRequest {
  return { kind: "page", name: `GET ${path}`, status: 200, weight, make: () => ({ path, headers: VISITOR }) };
}

/** @throws If the response has another status. */
async function expectStatus(status: number, send: Send, outgoing: Outgoing, address: string): Promise<Received> {
  const response = await send(outgoing, address);
  if (response.status === status) return response;
  throw new Error(`${outgoing.method} ${outgoing.path}: ${response.status} ${response.body}`);
}

function post(path: string, body: object | URLSearchParams, headers: HeaderValues = {}): Outgoing {
  const isForm = body instanceof URLSearchParams;
  const type = isForm ? "application/x-www-form-urlencoded" : "application/json";
  const text = isForm ? body.toString() : JSON.stringify(body);
  return { method: "POST", path, headers: { ...headers, "Content-Type": type }, body: text };
}

/** The role in an access token, which is a JWT. */
function roleOf(accessToken: string): unknown {
  return JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString()).role;
}

export const load: FeatureLoad = {
  requests: [visit("/login", 0.5), visit("/register", 0.1), visit("/reset-password", 0.1), visit("/verify-email", 0.1)],

  register: async (send, credentials, address) => {
    await expectStatus(201, send, post("/api/auth/register", { ...credentials, name: "Load" }), address);
  },

  signIn: async (send, credentials, address) => {
    const login = async (outgoing: Outgoing) => {
      const { body } = await expectStatus(200, send, outgoing, address);
      return JSON.parse(body.toString()) as { readonly accessToken: string; readonly refreshToken: string };
    };
    let tokens = await login(post("/api/auth/login", credentials));
    const form = post("/login", new URLSearchParams({ ...credentials }), VISITOR);
    const { headers } = await expectStatus(303, send, form, address);
    const cookies = [headers["set-cookie"] ?? []].flat().map((cookie) => cookie.replace(/;.*/, ""));
    const session = cookies.find((cookie) => /^(?:__Host-)?session=/.test(cookie)) ?? "";
    return {
      isAdmin: roleOf(tokens.accessToken) === "admin",
      accessToken: tokens.accessToken,
      cookie: session,
      csrf: csrfTokenOf(session.replace(/.*?=/, "")),
      renew: async () => {
        tokens = await login(post("/api/auth/refresh", { refreshToken: tokens.refreshToken }));
        return tokens.accessToken;
      },
    };
  },
};
