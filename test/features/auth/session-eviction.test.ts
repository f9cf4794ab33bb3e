import { expect, test } from "vitest";
import { PASSWORD, send, sendJson } from "../../harness.ts";
import { endFirst, idsOf, MAX, me, startTimes, useSessionTimes } from "../../identity/sessions/session-times.ts";

useSessionTimes();

test.each([
  ["/api/auth/login", "token"],
  ["/login", "cookie"],
] as const)("the 51st is started by %s as well", async (path, kind) => {
  await endFirst();
  const [oldest] = await startTimes(MAX, kind);
  const fields = { email: me.user.email, password: PASSWORD };
  const headers = { "Sec-Fetch-Site": "same-origin" };
  const response = await (kind === "token"
    ? sendJson("POST", path, fields)
    : send(path, { method: "POST", headers, body: new URLSearchParams(fields) }));
  expect(response.status).toBe(kind === "token" ? 200 : 303);
  expect(await idsOf(kind)).toHaveLength(MAX);
  expect(await oldest?.use()).toBe(401);
});
