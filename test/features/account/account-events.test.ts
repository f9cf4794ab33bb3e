/** What the events of an account's own pages and API end. */
import { PASSWORD, PERMISSION, send, sendJson, submit } from "../../harness.ts";
import { type AccountEvent, testEvents } from "../../identity/account-event-table.ts";
import { api, fiveTimes, NEW_PASSWORD, page, WRONG_PASSWORD } from "../../identity/account-event-ways.ts";
import { sessionIdFor } from "../../identity/credential-app.ts";
import { OTHER_TOKEN, OTHERS, OWN } from "../../identity/credential-holder.ts";

const key = { name: "Backup", permissions: [PERMISSION] };
const change = { currentPassword: PASSWORD, newPassword: NEW_PASSWORD };

const EVENTS: readonly AccountEvent[] = [
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
      page("/account/keys", { name: "Backup", [PERMISSION]: "on", days: "7" }, 201),
    ],
  },
  {
    name: "another session is ended",
    ends: OTHER_TOKEN,
    mail: null,
    ways: [
      {
        ...api("/api/me/sessions/:id", {}, 204, "token", "DELETE"),
        act: async (holder) => {
          const id = await sessionIdFor(holder.otherTokens.headers);
          return send(`/api/me/sessions/${id}`, { method: "DELETE", headers: holder.headers });
        },
      },
      {
        ...page("/account/sessions/:id/end", {}),
        act: async (holder) => {
          const id = await sessionIdFor(holder.otherTokens.headers);
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
];

testEvents(EVENTS);
