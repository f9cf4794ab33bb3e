import { expect, test } from "vitest";
import { createAccount, PRODUCTION, send, sendJson } from "../../harness.ts";

const mail = async () => {
  const { email } = (await createAccount()).user;
  await sendJson("POST", "/api/auth/forgot-password", { email });
  return email;
};

test("GET /outbox returns the mails as JSON, the newest first, and no cache stores them", async () => {
  const [older, newer] = [await mail(), await mail()];
  const response = await send("/outbox", { headers: { Accept: "application/json" } });
  expect([response.status, response.headers.get("Cache-Control")]).toEqual([200, "no-store"]);
  expect(response.headers.get("Content-Type")).toMatch(/^application\/json/);
  const { items } = await response.json<{ items: object[] }>();
  const kept = { subject: "Reset your password", text: expect.stringContaining("/reset-password?token=") };
  expect(items.slice(0, 2)).toMatchObject([
    { to: newer, ...kept },
    { to: older, ...kept },
  ]);
});

test.each([
  ["text/html", "text/html; charset=utf-8"],
  ["text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"],
  ["*/*", "application/json"],
  [undefined, "application/json"],
])("GET /outbox with Accept: %j gives %s", async (accept, type) => {
  const response = await send("/outbox", { headers: accept === undefined ? {} : { Accept: accept } });
  expect([response.status, response.headers.get("Content-Type")]).toEqual([200, type]);
});

test.each(["http://localhost:8787", "http://127.0.0.1", "http://127.9.9.9", "http://[::1]:8787", "http://a.localhost"])(
  "GET /outbox is there for the loopback host of %s",
  async (origin) => {
    expect((await send(`${origin}/outbox`)).status).toBe(200);
  },
);

const ELSEWHERE = [
  "http://evil.example",
  "http://localhost.evil.example",
  "http://192.0.2.1",
  "http://0.0.0.0",
  "http://[::2]",
];
test.each(ELSEWHERE)("GET /outbox is 404 for the host of %s, and shows no mail", async (origin) => {
  const email = await mail();
  for (const Accept of ["text/html", "application/json"]) {
    const response = await send(`${origin}/outbox`, { headers: { Accept } });
    expect([response.status, await response.text()]).toEqual([404, expect.not.stringContaining(email)]);
  }
});

test.each(["production", "staging", "Development"])("GET /outbox is 404 with ENVIRONMENT %j", async (ENVIRONMENT) => {
  for (const Accept of ["text/html", "application/json"]) {
    const response = await send("/outbox", { headers: { Accept } }, { ...PRODUCTION, ENVIRONMENT });
    expect([response.status, await response.text()]).toEqual([404, expect.not.stringContaining("Outbox")]);
  }
});
