/** What the events of signing in and of mailed links end. */
import { PASSWORD, sendJson, submit } from "../../harness.ts";
import { type AccountEvent, testEvents } from "../../identity/account-event-table.ts";
import { api, asVisitor, fillSessions, NEW_PASSWORD, page } from "../../identity/account-event-ways.ts";
import { CREDENTIALS, OWN } from "../../identity/credential-holder.ts";

function verify(token: string, headers: Readonly<Record<string, string>>, password?: string): Promise<Response> {
  return sendJson("POST", "/api/auth/verify-email", { token, ...(password !== undefined && { password }) }, headers);
}

function refresh(refreshToken: string): Promise<Response> {
  return sendJson("POST", "/api/auth/refresh", { refreshToken });
}

const EVENTS: readonly AccountEvent[] = [
  {
    name: "the address is confirmed by a client that is signed in",
    account: { emailVerified: false },
    ends: ["verify link"],
    mail: null,
    ways: [
      { ...api("/api/auth/verify-email", {}, 200), act: ({ headers, links }) => verify(links["verify link"], headers) },
      {
        ...page("/verify-email", {}),
        act: ({ browser, links }) => submit(browser, "/verify-email", { token: links["verify link"] }),
      },
    ],
  },
  {
    name: "the address is confirmed by a client that sends the password",
    account: { emailVerified: false },
    ends: ["verify link"],
    mail: null,
    ways: [
      { ...api("/api/auth/verify-email", {}, 200), act: ({ links }) => verify(links["verify link"], {}, PASSWORD) },
      {
        ...page("/verify-email", {}),
        act: ({ links }) => asVisitor("/verify-email", { token: links["verify link"], password: PASSWORD }),
      },
    ],
  },
  {
    name: "the password is reset by a link",
    password: NEW_PASSWORD,
    ends: CREDENTIALS,
    mail: "Your password was reset",
    ways: [
      {
        ...api("/api/auth/reset-password", {}, 200),
        act: ({ links }) =>
          sendJson("POST", "/api/auth/reset-password", { token: links["reset link"], password: NEW_PASSWORD }),
      },
      {
        ...page("/reset-password", {}),
        act: ({ links }) => asVisitor("/reset-password", { token: links["reset link"], password: NEW_PASSWORD }),
      },
    ],
  },
  {
    name: "the user signs out",
    ends: OWN,
    mail: null,
    ways: [api("/api/auth/logout", {}, 204), api("/api/auth/logout", {}, 204, "browser"), page("/logout", {})],
  },
  {
    name: "a refresh token is used a second time, after its successor",
    ends: OWN,
    mail: null,
    ways: [
      {
        ...api("/api/auth/refresh", {}, 401),
        act: async ({ tokens: { refreshToken } }) => {
          const next = await refresh(refreshToken);
          await refresh((await next.json<{ refreshToken: string }>()).refreshToken);
          return refresh(refreshToken);
        },
      },
    ],
  },
  {
    name: "the session is the least recently used of 50 when another starts",
    ends: OWN,
    mail: null,
    ways: [
      {
        ...api("/api/auth/login", {}, 200),
        act: async (holder) => {
          await fillSessions(holder);
          return sendJson("POST", "/api/auth/login", { email: holder.user.email, password: PASSWORD });
        },
      },
      {
        ...page("/login", {}),
        act: async (holder) => {
          await fillSessions(holder);
          return asVisitor("/login", { email: holder.user.email, password: PASSWORD });
        },
      },
    ],
  },
];

testEvents(EVENTS);
