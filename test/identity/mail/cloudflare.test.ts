import { afterEach, expect, test, vi } from "vitest";
import { MAIL_DEADLINE_MS } from "../../../src/identity/mail/provider.ts";
import { LOGGED_AND_DISCARDED, MAIL, type Outcome, sendMail } from "./sending.ts";

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const failure = (code: unknown) =>
  Object.assign(new Error(`Refused <${MAIL.to}>: ${MAIL.text}`), code === undefined ? {} : { code });
const bind = (send: (mail: object) => Promise<{ messageId: string }>) => ({
  MAIL_PROVIDER: "cloudflare",
  EMAIL: { send } as unknown as SendEmail,
});

test("the binding EMAIL gets the e-mail once", async () => {
  const send = vi.fn(async (_: object) => ({ messageId: "1" }));
  const { logged, discard } = await sendMail(bind(send));
  expect(send.mock.calls).toEqual([[{ from: "no-reply@candor.example", ...MAIL }]]);
  expect([logged, discard.mock.calls.length]).toEqual([[], 0]);
});

test.each<[codes: readonly unknown[], attempts: number, outcome: Outcome]>([
  [["E_RATE_LIMIT_EXCEEDED"], 2, "sent"],
  [["E_RATE_LIMIT_EXCEEDED", "E_RATE_LIMIT_EXCEEDED"], 2, "unsent"],
  [["E_RATE_LIMIT_EXCEEDED", "E_INTERNAL_SERVER_ERROR"], 2, "unknown"],
  [["E_DAILY_LIMIT_EXCEEDED"], 1, "unsent"],
  [["E_VALIDATION_ERROR"], 1, "unsent"],
  [["E_SENDER_NOT_VERIFIED"], 1, "unsent"],
  [["E_RECIPIENT_SUPPRESSED"], 1, "unsent"],
  // The e-mail may have been sent: a second attempt could send it twice.
  [["E_INTERNAL_SERVER_ERROR"], 1, "unknown"],
  [["E_DELIVERY_FAILED"], 1, "unknown"],
  [["E_SOMETHING_NEW"], 1, "unknown"],
  [[MAIL.to], 1, "unknown"],
  [[7], 1, "unknown"],
  [[undefined], 1, "unknown"],
])(
  "after failures with the codes %j, %i attempts are made, and the outcome is: %s",
  async (codes, attempts, outcome) => {
    const send = vi.fn(async (_: object) => ({ messageId: "1" }));
    for (const code of codes) send.mockRejectedValueOnce(failure(code));
    const { logged, discard } = await sendMail(bind(send));
    expect(send).toHaveBeenCalledTimes(attempts);
    expect([logged.length, discard.mock.calls.length]).toEqual(LOGGED_AND_DISCARDED[outcome]);
    for (const secret of [MAIL.to, "5ecret"]) expect(logged.join()).not.toContain(secret);
    const known = codes.findLast((code) => String(code).startsWith("E_"));
    if (outcome !== "sent") expect(logged.join()).toContain(`${known ?? "EMAIL failed"}: Refused`);
  },
);

test("a binding that does not respond is given up after the deadline, and not called again", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  const send = vi.fn(() => new Promise<never>(() => {}));
  const sent = sendMail(bind(send));
  await vi.waitFor(() => expect(send).toHaveBeenCalled());
  await vi.advanceTimersByTimeAsync(MAIL_DEADLINE_MS);
  const { logged, discard } = await sent;
  expect(logged.join()).toContain(`did not respond within ${MAIL_DEADLINE_MS} ms`);
  expect([send.mock.calls.length, discard.mock.calls.length]).toEqual([1, 0]);
});

test("without the binding, nothing is sent", async () => {
  const { logged, discard } = await sendMail({ MAIL_PROVIDER: "cloudflare" });
  expect(logged).toEqual([expect.stringContaining("The binding EMAIL is missing")]);
  expect(discard).toHaveBeenCalledTimes(1);
});
