import { env } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { requireMail } from "../../../src/identity/guards/require-mail.ts";
import { factsOf, type Visitor } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { createApp, PRODUCTION, sendTo } from "../../harness.ts";
import { sendMail } from "./sending.ts";

afterEach(() => vi.restoreAllMocks());

test("while mail is off, nothing is written, and an isolate logs that once", async () => {
  const { logged, write } = await sendMail({ MAIL_PROVIDER: "" }, 3);
  expect(write).not.toHaveBeenCalled();
  expect(logged).toEqual([expect.stringContaining("Mail is off")]);
  expect(JSON.parse(logged[0] ?? "")).toMatchObject({ level: "warn", requestId: "the-request-id" });
});

const app = createApp([route.get("/api/mail", { guards: [requireMail], resolve: () => new Response("sent") })]);

test.each([
  [{ ENVIRONMENT: "development", MAIL_PROVIDER: "" }, 200],
  [{ ENVIRONMENT: "development", MAIL_PROVIDER: "resend" }, 200],
  [{ ...PRODUCTION, MAIL_PROVIDER: "cloudflare", EMAIL: {} as SendEmail }, 200],
  [{ ...PRODUCTION, MAIL_PROVIDER: "resend", RESEND_API_KEY: "re_1" }, 200],
  [{ ...PRODUCTION, MAIL_PROVIDER: "" }, 503],
  [{ ...PRODUCTION, MAIL_PROVIDER: "", EMAIL: {} as SendEmail, RESEND_API_KEY: "re_1" }, 503],
  [{ ...PRODUCTION, ENVIRONMENT: "staging", MAIL_PROVIDER: "" }, 503],
])("with %j, requireMail responds %i and previews that", async (bindings, status) => {
  const response = await sendTo(app, "/api/mail", {}, bindings);
  expect([response.status, response.headers.get("Retry-After")]).toEqual([status, status === 503 ? "3600" : null]);
  const visitor = { locals: { env: { ...env, ...bindings } } } as unknown as Visitor;
  expect(factsOf(requireMail)?.preview?.(visitor)).toBe(status === 503 ? "deny" : "allow");
  if (status === 503) {
    const text = await response.text();
    expect(text).toContain("Mail is not configured");
    expect(text).not.toMatch(/MAIL_PROVIDER|EMAIL|RESEND/);
  }
});
