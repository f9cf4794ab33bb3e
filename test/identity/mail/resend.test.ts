import { afterEach, expect, test, vi } from "vitest";
import { LOGGED_AND_DISCARDED, MAIL, type Outcome, sendMail } from "./sending.ts";

const KEY = "re_5ecret";
const BINDINGS = { MAIL_PROVIDER: "resend", RESEND_API_KEY: KEY };

afterEach(() => vi.restoreAllMocks());

/** What Resend does with each request, in order: a status, or a failure before any response. */
type Attempt = number | "unreachable" | "late";

const respond = {
  unreachable: () => Promise.reject(new TypeError(`Network connection lost while sending to ${MAIL.to}`)),
  late: () => Promise.reject(new DOMException("The operation timed out", "TimeoutError")),
};

function watchRequests(attempts: readonly Attempt[]) {
  const left = [...attempts];
  const error = (status: number) =>
    Response.json({ statusCode: status, name: "validation_error", message: `${MAIL.to}: ${MAIL.text}` }, { status });
  return vi.spyOn(globalThis, "fetch").mockImplementation(() => {
    const attempt = left.shift() ?? 500;
    if (typeof attempt !== "number") return respond[attempt]();
    return Promise.resolve(attempt === 200 ? Response.json({ id: "1" }) : error(attempt));
  });
}

test("Resend gets the e-mail with the key, an id of its own, and a deadline", async () => {
  const requests = watchRequests([200, 200]);
  const { logged, discard } = await sendMail(BINDINGS, 2);
  const ids = requests.mock.calls.map(([url, init]) => {
    expect([url, init?.method, init?.redirect]).toEqual(["https://api.resend.com/emails", "POST", "manual"]);
    expect(JSON.parse(String(init?.body))).toEqual({ from: "no-reply@candor.example", ...MAIL });
    expect(init?.signal).toBeInstanceOf(AbortSignal);
    const headers = new Headers(init?.headers);
    expect([headers.get("Authorization"), headers.get("Content-Type")]).toEqual([`Bearer ${KEY}`, "application/json"]);
    expect(headers.get("User-Agent")).toMatch(/./);
    return headers.get("Idempotency-Key");
  });
  expect(ids).toEqual([expect.stringMatching(/^[\da-f-]{36}$/), expect.stringMatching(/^[\da-f-]{36}$/)]);
  expect(new Set(ids).size).toBe(2);
  expect([logged, discard.mock.calls.length]).toEqual([[], 0]);
});

test.each<[responses: readonly Attempt[], requests: number, outcome: Outcome]>([
  [[200], 1, "sent"],
  [[429, 200], 2, "sent"],
  [[500, 200], 2, "sent"],
  [[503, 200], 2, "sent"],
  [["unreachable", 200], 2, "sent"],
  [["late", 200], 2, "sent"],
  [[429, 429, 200], 2, "unsent"],
  [[429, 422, 200], 2, "unsent"],
  [[429, 500, 200], 2, "unknown"],
  [[429, "late", 200], 2, "unknown"],
  [[500, 503, 200], 2, "unknown"],
  [["late", "unreachable", 200], 2, "unknown"],
  [["late", 409, 200], 2, "unknown"],
  // The first attempt may have sent it, whatever happens to the second.
  [["late", 429, 200], 2, "unknown"],
  [[500, 422, 200], 2, "unknown"],
  [[400, 200], 1, "unsent"],
  [[401, 200], 1, "unsent"],
  [[403, 200], 1, "unsent"],
  [[409, 200], 1, "unknown"],
  [[422, 200], 1, "unsent"],
  [[302, 200], 1, "unknown"],
])(
  "where Resend responds %j, %i requests with one key are made, and the outcome is: %s",
  async (responses, count, outcome) => {
    const requests = watchRequests(responses);
    const { logged, discard, waits } = await sendMail(BINDINGS);
    const keys = requests.mock.calls.map(([, init]) => new Headers(init?.headers).get("Idempotency-Key"));
    expect([keys.length, new Set(keys).size]).toEqual([count, 1]);
    expect(waits.filter((ms) => ms > 0)).toEqual(count === 2 ? [2_000] : []);
    expect([logged.length, discard.mock.calls.length]).toEqual(LOGGED_AND_DISCARDED[outcome]);
    for (const secret of [MAIL.to, "5ecret", MAIL.subject]) expect(logged.join()).not.toContain(secret);
    if (outcome !== "sent")
      expect(logged.join()).toMatch(/the-request-id.*Resend (responded \d+ validation_error|did not respond)/);
  },
);

test.each<[body: string, said: string]>([
  ["not JSON", "without JSON"],
  ["null", "without an error type"],
  [JSON.stringify({ name: MAIL.to }), "without an error type"],
  [JSON.stringify({ name: 1 }), "without an error type"],
])("an error of Resend with the body %j is logged by its status", async (body, said) => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(body, { status: 422 }));
  const { logged } = await sendMail(BINDINGS);
  expect(logged.join()).toContain(`Resend responded 422 ${said}`);
  expect(logged.join()).not.toContain(MAIL.to);
});

test("without the secret, nothing is sent", async () => {
  const requests = watchRequests([200]);
  const { logged, discard } = await sendMail({ MAIL_PROVIDER: "resend" });
  expect(logged).toEqual([expect.stringContaining("The secret RESEND_API_KEY is missing")]);
  expect([requests.mock.calls.length, discard.mock.calls.length]).toEqual([0, 1]);
});
