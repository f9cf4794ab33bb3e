import { env } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { createAccount, PASSWORD, PRODUCTION, send, sendJson } from "../../harness.ts";
import { sendVerifyLink } from "./verify-links.ts";

const newEmail = () => `${crypto.randomUUID()}@example.com`;
const post = (path: string, body: unknown, bindings: Partial<Env> = {}) =>
  sendJson("POST", `/api/auth/${path}`, body, {}, bindings);
const mailsTo = async (email: string) => {
  const kept = env.DB.prepare("SELECT subject, text FROM outbox WHERE recipient = ? ORDER BY id DESC").bind(email);
  return (await kept.all<{ subject: string; text: string }>()).results;
};
const tokenIn = (text = "") => /\?token=([\w-]{43})\s/.exec(text)?.[1] ?? "";
const watchErrors = () => vi.spyOn(console, "error").mockImplementation(() => {});

afterEach(() => vi.restoreAllMocks());

describe("mail in production", () => {
  const register = (email: string, bindings: Partial<Env>) =>
    post(
      "register",
      { email, name: "Ada", password: PASSWORD },
      { ...PRODUCTION, MAIL_PROVIDER: "cloudflare", ...bindings },
    );

  test("goes through the binding EMAIL, and is not kept", async () => {
    const send = vi.fn<(mail: object) => Promise<{ messageId: string }>>(async () => ({ messageId: "1" }));
    const email = newEmail();
    expect((await register(email, { EMAIL: { send }, MAIL_FROM: "no-reply@example.com" })).status).toBe(201);
    expect(send.mock.calls).toEqual([
      [
        {
          from: "no-reply@example.com",
          to: email,
          subject: "Confirm your e-mail address",
          text: expect.stringMatching(/^Hello,[\s\S]*\/verify-email\?token=[\w-]{43}\n/),
        },
      ],
    ]);
    expect(await mailsTo(email)).toEqual([]);
  });

  test("that the binding refuses is an error in the log, which does not hold the token", async () => {
    const error = watchErrors();
    const sent: string[] = [];
    const EMAIL = {
      send: async (mail: object) => {
        sent.push(tokenIn("text" in mail ? String(mail.text) : ""));
        throw new Error("The mail was refused");
      },
    };
    expect((await register(newEmail(), { EMAIL })).status).toBe(201);
    const [token = ""] = sent;
    expect(token).toHaveLength(43);
    const written = JSON.stringify(error.mock.calls);
    expect(written).toContain("The mail was refused");
    expect(written).not.toContain(token);
  });
});

describe("a mailed link leads to the app's own origin", () => {
  /** What causes a mail with a link, and the path that the link has. */
  const CAUSES = {
    register: async (origin: string, bindings: Partial<Env>) => {
      const email = newEmail();
      const body = { email, name: "Ada", password: PASSWORD };
      await sendJson("POST", `${origin}/api/auth/register`, body, {}, bindings);
      return email;
    },
    "forgot-password": async (origin: string, bindings: Partial<Env>) => {
      const { email } = (await createAccount()).user;
      await sendJson("POST", `${origin}/api/auth/forgot-password`, { email }, {}, bindings);
      return email;
    },
    "send again": async (origin: string, bindings: Partial<Env>) => {
      const { user } = await createAccount({ emailVerified: false });
      await sendVerifyLink(user.email, origin, bindings);
      return user.email;
    },
    "the form of /forgot-password": async (origin: string, bindings: Partial<Env>) => {
      const { email } = (await createAccount()).user;
      const headers = { "Sec-Fetch-Site": "same-origin" };
      const body = new URLSearchParams({ email });
      await send(`${origin}/forgot-password`, { method: "POST", headers, body }, bindings);
      return email;
    },
  };

  describe.each(Object.entries(CAUSES))("by %s", (_, cause) => {
    test.each([
      ["http://localhost:8787", "", "http://localhost:8787"],
      ["http://127.0.0.1:8787", "", "http://127.0.0.1:8787"],
      ["http://localhost", "https://candor.example", "https://candor.example"],
      ["http://evil.example", "https://candor.example", "https://candor.example"],
    ])("asked for at %s with PUBLIC_ORIGIN %j: %s", async (origin, PUBLIC_ORIGIN, expected) => {
      const [mail] = await mailsTo(await cause(origin, { PUBLIC_ORIGIN }));
      const [, link = ""] = /\n(https?:\S+)\n/.exec(mail?.text ?? "") ?? [];
      expect(new URL(link).origin).toBe(expected);
      expect(mail?.text).not.toContain("evil.example");
    });

    test.each(["http://evil.example", "http://localhost.evil.example", "http://evil.example:80"])(
      "asked for at %s without a PUBLIC_ORIGIN sends none, and the log says why",
      async (origin) => {
        const error = watchErrors();
        expect(await mailsTo(await cause(origin, { PUBLIC_ORIGIN: "" }))).toEqual([]);
        expect(JSON.stringify(error.mock.calls)).toContain("PUBLIC_ORIGIN is empty");
      },
    );
  });
});
