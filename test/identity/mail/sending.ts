/** Sends an e-mail as the app does, and looks at what the log says about it. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { vi } from "vitest";
import type { Env } from "../../../src/env.ts";
import { type Draft, sendLater } from "../../../src/identity/mail/mailer.ts";
import { createLocals, PRODUCTION } from "../../harness.ts";

export const MAIL = {
  to: "ada@example.com",
  subject: "Reset your password",
  text: "Hello,\n\nhttps://candor.example/reset-password?token=5ecret\n",
};

/** What became of an e-mail, as far as the app can know. */
export type Outcome = "sent" | "unsent" | "unknown";

/** The number of failures in the log, and how often the preparations are undone. */
export const LOGGED_AND_DISCARDED: Readonly<Record<Outcome, readonly [number, number]>> = {
  sent: [0, 0],
  unsent: [1, 1],
  // The e-mail may arrive, and then its link must work.
  unknown: [1, 0],
};

export interface Sent {
  /** What the log says, in lines. */
  readonly logged: readonly string[];
  readonly write: ReturnType<typeof vi.fn>;
  readonly discard: ReturnType<typeof vi.fn>;
  /** The waits, in milliseconds. */
  readonly waits: readonly number[];
}

/** Sends `MAIL` in production with these bindings, without waiting between attempts. */
export async function sendMail(bindings: Partial<Env>, times = 1): Promise<Sent> {
  const logged: string[] = [];
  const waits: number[] = [];
  for (const channel of ["log", "warn", "error"] as const)
    vi.spyOn(console, channel).mockImplementation(
      (...parts: unknown[]) => void logged.push(parts.map(String).join(" ")),
    );
  vi.spyOn(scheduler, "wait").mockImplementation(async (ms) => void waits.push(ms));
  const discard = vi.fn(async () => {});
  const write = vi.fn(async (): Promise<Draft> => ({ ...MAIL, discard }));
  const ctx = createExecutionContext();
  const locals = createLocals({ ...PRODUCTION, MAIL_FROM: "no-reply@candor.example", ...bindings }, ctx);
  for (let time = 0; time < times; time++) sendLater(locals, write);
  await waitOnExecutionContext(ctx);
  return { logged, write, discard, waits };
}
