import { env } from "cloudflare:test";
import { decodeProtectedHeader } from "jose";
import { afterEach, describe, expect, test, vi } from "vitest";
import { createTokenKeys } from "../../../scripts/token-keys.ts";
import { createAccount } from "../../harness.ts";
import { ask as askApp, post } from "../credential-app.ts";

interface KeySet {
  readonly keys: readonly { readonly kid: string }[];
}

const kidsOf = (ring: string) => (JSON.parse(ring) as KeySet).keys.map(({ kid }) => kid);
const ask = (Authorization: string, TOKEN_KEYS: string) => askApp("/whoami", { Authorization }, { TOKEN_KEYS });

afterEach(() => vi.useRealTimers());

describe("after a key was put before ours", () => {
  const rotated = createTokenKeys(env.TOKEN_KEYS);
  const withoutOld = createTokenKeys();
  const refresh = async (refreshToken: string, TOKEN_KEYS: string) => {
    const response = await post("/refresh", { refreshToken }, {}, { TOKEN_KEYS });
    return { status: response.status, ...(await response.json<{ accessToken: string; refreshToken: string }>()) };
  };

  test("an old token is good, and new ones have the new kid", async () => {
    const { refreshToken, headers } = await createAccount();
    expect((await ask(headers.Authorization, rotated)).status).toBe(200);
    const { accessToken } = await refresh(refreshToken, rotated);
    const [newKid] = kidsOf(rotated);
    expect(kidsOf(env.TOKEN_KEYS)).not.toContain(newKid);
    expect(decodeProtectedHeader(accessToken).kid).toBe(newKid);
    expect((await ask(`Bearer ${accessToken}`, rotated)).status).toBe(200);
  });

  test("and ours taken out, an old token is refused, but its session goes on", async () => {
    const { refreshToken, headers } = await createAccount();
    expect((await ask(headers.Authorization, withoutOld)).status).toBe(401);
    const { accessToken } = await refresh(refreshToken, withoutOld);
    expect((await ask(`Bearer ${accessToken}`, withoutOld)).status).toBe(200);
  });

  test("a retry of a refresh from before gets the same successor", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { refreshToken } = await createAccount();
    const before = await refresh(refreshToken, env.TOKEN_KEYS);
    const after = await refresh(refreshToken, rotated);
    expect([after.status, after.refreshToken]).toEqual([200, before.refreshToken]);
    expect((await refresh(before.refreshToken, rotated)).status).toBe(200);
  });

  test("and ours taken out, such a retry is refused, but its session goes on", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const { refreshToken } = await createAccount();
    const before = await refresh(refreshToken, env.TOKEN_KEYS);
    expect((await refresh(refreshToken, withoutOld)).status).toBe(401);
    expect((await refresh(before.refreshToken, withoutOld)).status).toBe(200);
  });
});

describe("a bad TOKEN_KEYS", () => {
  const k = "secret".repeat(8);
  const rings = {
    "that is empty": "",
    "that is no JSON": `${k}{`,
    "that JSON.parse would quote": `{"keys":[${k}]}`,
    "without keys": JSON.stringify({ keys: [] }),
    "that is one key and no set": JSON.stringify({ kty: "oct", kid: "a", k }),
    "with a key without a kid": JSON.stringify({ keys: [{ kty: "oct", k }] }),
    "with an empty kid": JSON.stringify({ keys: [{ kty: "oct", kid: "", k }] }),
    "with one kid twice": JSON.stringify({ keys: Array(2).fill({ kty: "oct", kid: "a", k }) }),
    "with a key that is too short": JSON.stringify({ keys: [{ kty: "oct", kid: "a", k: k.slice(0, 42) }] }),
    "with a key of letters that are none of base64url": JSON.stringify({
      keys: [{ kty: "oct", kid: "a", k: `${k}!` }],
    }),
    "with an asymmetric key": JSON.stringify({ keys: [{ kty: "RSA", kid: "a", k }] }),
    "with one good key and one bad": JSON.stringify({
      keys: [
        { kty: "oct", kid: "a", k },
        { kty: "oct", kid: "b", k: "secret" },
      ],
    }),
  };
  test.each(Object.entries(rings))("%s is a 500 that says so in the log, without the secret", async (_, TOKEN_KEYS) => {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const response = await ask((await createAccount()).headers.Authorization, TOKEN_KEYS);
    const written = log.mock.calls.join("\n");
    log.mockRestore();
    expect(response.status).toBe(500);
    expect(JSON.parse(written)).toMatchObject({
      error: { message: expect.stringContaining("The secret TOKEN_KEYS must be") },
    });
    for (const text of [written, await response.text()]) expect(text).not.toContain("secretsecret");
    if (TOKEN_KEYS !== "") expect(written).not.toContain(TOKEN_KEYS);
  });
});
