import { afterEach, expect, test, vi } from "vitest";
import { MAIL, sendMail } from "./sending.ts";

const KEY = "re_5ecret";
const BINDINGS = { MAIL_PROVIDER: "resend", RESEND_API_KEY: KEY };

afterEach(() => vi.restoreAllMocks());

/** What Resend does with each request, in order: a status, or a failure before any response. */
type Outcome = number | "unreachable" | "late";

const respond = {
  unreachable: () => Promise.reject(new TypeError(`Network connection lost while sending to ${MAIL.to}`)),
  late: () => Promise.reject(new DOMException("The operation timed out", "TimeoutError")),
};

function watchRequests(outcomes: readonly Outcome[]) {
  const left = [...outcomes];
  const error = (status: number) =>
    Response.json({ statusCode: status, name: "validation_error", message: `${MAIL.to}: ${MAIL.text}` }, { status });
  return vi.spyOn(globalThis, "fetch").mockImplementation(() => {
    const outcome = left.shift() ?? 500;
    if (typeof outcome !== "number") return respond[outcome]();
    return Promise.resolve(outcome === 200 ? Response.json({ id: "1" }) : error(outcome));
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

test.each<[outcomes: readonly Outcome[], requests: number, isSent: boolean]>([
  [[200], 1, true],
  [[429, 200], 2, true],
  [[500, 200], 2, true],
  [[503, 200], 2, true],
  [["unreachable", 200], 2, true],
  [["late", 200], 2, true],
  [[429, 429, 200], 2, false],
  [["late", "unreachable", 200], 2, false],
  [["late", 409, 200], 2, false],
  [[400, 200], 1, false],
  [[401, 200], 1, false],
  [[403, 200], 1, false],
  [[409, 200], 1, false],
  [[422, 200], 1, false],
  [[302, 200], 1, false],
])(
  "where Resend responds %j, %i requests with one key are made, and the e-mail is sent: %s",
  async (outcomes, count, isSent) => {
    const requests = watchRequests(outcomes);
    const { logged, discard, waits } = await sendMail(BINDINGS);
    const keys = requests.mock.calls.map(([, init]) => new Headers(init?.headers).get("Idempotency-Key"));
    expect([keys.length, new Set(keys).size]).toEqual([count, 1]);
    expect(waits.filter((ms) => ms > 0)).toEqual(count === 2 ? [2_000] : []);
    expect([logged.length, discard.mock.calls.length]).toEqual(isSent ? [0, 0] : [1, 1]);
    for (const secret of [MAIL.to, "5ecret", MAIL.subject]) expect(logged.join()).not.toContain(secret);
    if (!isSent)
      expect(logged.join()).toMatch(/the-request-id.*Resend (responded \d+ validation_error|did not respond)/);
  },
);

test.each<[body: string, said: string]>([
  ["not JSON", "without JSON"],
  ["null", "without a type"],
  [JSON.stringify({ name: MAIL.to }), "without a type"],
  [JSON.stringify({ name: 1 }), "without a type"],
])("an error of Resend with the body %j is logged by its status", async (body, said) => {
  vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response(body, { status: 422 }));
  const { logged } = await sendMail(BINDINGS);
  expect(logged.join()).toContain(`Resend responded 422 ${said}`);
  expect(logged.join()).not.toContain(MAIL.to);
});
