/** The events in the life of an account, and what each ends. */
import type { Role } from "../../../src/identity/users/user.ts";
import { PASSWORD, send, sendJson, submit } from "../../harness.ts";
import {
  api,
  asAdministrator,
  asVisitor,
  change,
  fillSessions,
  fiveTimes,
  key,
  NEW_PASSWORD,
  onAdminPage,
  page,
  refresh,
  roleChange,
  sessionIdOf,
  verify,
  type Way,
  WRONG_PASSWORD,
} from "../../identity/account-event-ways.ts";
import { CREDENTIALS, type Credential, LINKS, OTHER_TOKEN, OTHERS, OWN } from "../../identity/credential-holder.ts";

/** A row of "What an event ends". */
export interface AccountEvent {
  readonly name: string;
  readonly ends: readonly Credential[];
  /** The subject of the mail to the owner; null for none. */
  readonly mail: string | null;
  readonly ways: readonly Way[];
  readonly account?: { readonly role?: Role; readonly emailVerified?: boolean };
  /** The password afterwards. */
  readonly password?: string;
}

export const ACCOUNT_EVENTS: readonly AccountEvent[] = [
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
    name: "the password is changed",
    password: NEW_PASSWORD,
    ends: [...OWN, ...OTHERS, "API key", "reset link", "other reset link", "device token"],
    mail: "Your password was changed",
    ways: [
      api("/api/me/password", change, 200),
      api("/api/me/password", { ...change, keepApiKeys: false }, 200, "browser"),
      page("/account/password", change),
    ],
  },
  {
    name: "the password is changed and the API keys are kept",
    password: NEW_PASSWORD,
    ends: [...OWN, ...OTHERS, "reset link", "other reset link", "device token"],
    mail: "Your password was changed",
    ways: [
      api("/api/me/password", { ...change, keepApiKeys: true }, 200),
      api("/api/me/password", { ...change, keepApiKeys: true }, 200, "browser"),
      page("/account/password", { ...change, keepApiKeys: "yes" }),
    ],
  },
  {
    name: "the password is confirmed",
    ends: OWN,
    mail: null,
    ways: [
      api("/api/me/confirm-password", { password: PASSWORD }, 200),
      api("/api/me/confirm-password", { password: PASSWORD }, 200, "browser"),
      page("/account/confirm-password", { currentPassword: PASSWORD, continue: "/account" }, 307),
    ],
  },
  {
    name: "an API key is made",
    ends: [],
    mail: "An API key was created",
    ways: [
      api("/api/me/keys", key, 201),
      api("/api/me/keys", key, 201, "browser"),
      page("/account/keys", { name: "Backup", "notes:read": "on", days: "7" }, 201),
    ],
  },
  { name: "the user becomes an administrator", ends: [], mail: "Your role has changed", ways: roleChange("admin") },
  {
    name: "an administrator is demoted",
    account: { role: "admin" },
    ends: LINKS,
    mail: "Your role has changed",
    ways: roleChange("user"),
  },
  {
    name: "the account is deleted",
    ends: CREDENTIALS,
    mail: "Your account was deleted",
    ways: [
      {
        route: "DELETE /api/admin/users/:id",
        by: "token",
        status: 204,
        act: (holder) => asAdministrator("DELETE", holder, {}),
      },
      { route: "the form of /admin/users", by: "browser", status: 303, act: (holder) => onAdminPage(holder, "delete") },
    ],
  },
  {
    name: "the user signs out",
    ends: OWN,
    mail: null,
    ways: [api("/api/auth/logout", {}, 204), api("/api/auth/logout", {}, 204, "browser"), page("/logout", {})],
  },
  {
    name: "another session is ended",
    ends: OTHER_TOKEN,
    mail: null,
    ways: [
      {
        ...api("/api/me/sessions/:id", {}, 204, "token", "DELETE"),
        act: async (holder) => {
          const id = await sessionIdOf(holder, holder.otherTokens.headers);
          return send(`/api/me/sessions/${id}`, { method: "DELETE", headers: holder.headers });
        },
      },
      {
        ...page("/account/sessions/:id/end", {}),
        act: async (holder) => {
          const id = await sessionIdOf(holder, holder.otherTokens.headers);
          return submit(holder.browser, `/account/sessions/${id}/end`, {});
        },
      },
    ],
  },
  {
    name: "the user signs out everywhere else",
    ends: OTHERS,
    mail: null,
    ways: [page("/account/sessions/end-others", {})],
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
    name: "a session gives a wrong password for the fifth time",
    ends: OWN,
    mail: null,
    ways: [
      {
        ...api("/api/me/password", {}, 403),
        act: ({ headers }) =>
          fiveTimes(() =>
            sendJson("POST", "/api/me/password", { ...change, currentPassword: WRONG_PASSWORD }, headers),
          ),
      },
      {
        ...api("/api/me/confirm-password", {}, 403, "browser"),
        act: ({ headers }) =>
          fiveTimes(() => sendJson("POST", "/api/me/confirm-password", { password: WRONG_PASSWORD }, headers)),
      },
      {
        ...page("/account/password", {}, 422),
        act: ({ browser }) =>
          fiveTimes(() => submit(browser, "/account/password", { ...change, currentPassword: WRONG_PASSWORD })),
      },
      {
        ...page("/account/confirm-password", {}, 422),
        act: ({ browser }) =>
          fiveTimes(() =>
            submit(browser, "/account/confirm-password", { currentPassword: WRONG_PASSWORD, continue: "/account" }),
          ),
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
