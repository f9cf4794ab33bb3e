import { afterEach, describe, expect, test, vi } from "vitest";
import { sendJson } from "../../harness.ts";
import { useRealHashing } from "../../identity/passwords/fast-hashing.ts";

useRealHashing();

/** An uncommon one of any length. */
const passwordOf = (length: number) => "Tea 茶! ".repeat(50).slice(0, length);

describe("a password that is refused costs no hash", () => {
  /** The platform looks for the option `cost` in each derivation; nothing else does. */
  const derive = vi.fn<() => undefined>();
  afterEach(() => void Reflect.deleteProperty(Object.prototype, "cost"));

  test.each([
    ["register", { name: "Somebody", password: passwordOf(257) }, 400],
    ["register", { name: "Somebody", password: "password" }, 400],
    ["register", { name: "Somebody", password: "football2026" }, 400],
    ["register", { name: "Somebody", password: "somebody2026" }, 400],
    ["register", { name: "Somebody", password: "x".repeat(9000) }, 413],
    ["login", { password: passwordOf(257) }, 400],
    ["login", { password: "" }, 400],
    ["login", { password: passwordOf(256) }, 401],
  ])("POST /api/auth/%s", async (path, body, status) => {
    Object.defineProperty(Object.prototype, "cost", { configurable: true, get: derive.mockClear() });
    const response = await sendJson("POST", `/api/auth/${path}`, {
      email: `${crypto.randomUUID()}@example.com`,
      ...body,
    });
    expect(response.status).toBe(status);
    // The last case shows that a derivation would be seen.
    expect(derive).toHaveBeenCalledTimes(status === 401 ? 1 : 0);
  });
});
