import { env } from "cloudflare:test";
import { createHmac } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, exportSPKI, generateKeyPair, SignJWT } from "jose";
import { afterEach, describe, expect, test, vi } from "vitest";
import { APP_ID } from "../../../src/web/app/app-name.ts";
import { createAccount, openBrowser } from "../../harness.ts";
import { ask as askApp, post } from "../credential-app.ts";

const UNLIMITED = { API_RATE_LIMIT: 100_000 };
const SECOND_MS = 1000;

interface KeySet {
  readonly keys: readonly { readonly kid: string; readonly k: string }[];
}

interface Forgery {
  /** What differs from a good token; undefined leaves it out. */
  readonly header?: object;
  readonly claims?: object;
  readonly key?: Uint8Array | string;
  readonly hash?: string;
}

const firstKeyOf = (ring: string) => {
  const [key] = (JSON.parse(ring) as KeySet).keys;
  if (!key) throw new Error("The ring is empty");
  return { kid: key.kid, secret: Buffer.from(key.k, "base64url") };
};
const { kid, secret } = firstKeyOf(env.TOKEN_KEYS);

const [me, other] = [await createAccount(), await createAccount()];
const [good, othersToken] = [me, other].map(({ headers }) => headers.Authorization.slice("Bearer ".length)) as [
  string,
  string,
];
const { sid } = decodeJwt(good);
const { sid: othersSid } = decodeJwt(othersToken);
await openBrowser(me);
const cookieSid = await env.DB.prepare("SELECT id FROM sessions WHERE user_id = ? AND kind = 'cookie'")
  .bind(me.user.id)
  .first("id");

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
const GOOD_HEADER = { alg: "HS256", kid, typ: "at+jwt" };
const claimsNow = () => {
  const iat = Math.floor(Date.now() / 1000);
  return { iss: APP_ID, aud: `${APP_ID}-api`, sub: me.user.id, sid, role: "user", iat, exp: iat + 900 };
};

/** Signs what no library would sign: by hand. */
function sign(header: unknown, claims: unknown, { key = secret, hash = "sha256" }: Forgery = {}): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac(hash, key).update(signed).digest("base64url")}`;
}
const forge = (forgery: Forgery = {}) =>
  sign({ ...GOOD_HEADER, ...forgery.header }, { ...claimsNow(), ...forgery.claims }, forgery);
const unsigned = (forgery: Forgery) => forge(forgery).replace(/[^.]*$/, "");

const ask = (Authorization: string) => askApp("/whoami", { Authorization }, UNLIMITED);
const statusOf = async (token: string) => (await ask(`Bearer ${token}`)).status;

const rsa = await generateKeyPair("RS256");
const ec = await generateKeyPair("ES256");
const signWith = (alg: string, key: CryptoKey) =>
  new SignJWT(claimsNow()).setProtectedHeader({ ...GOOD_HEADER, alg }).sign(key);

afterEach(() => vi.useRealTimers());

describe("a token that is good", () => {
  test("is one that another library signs with our key", async () => {
    expect(await statusOf(await new SignJWT(claimsNow()).setProtectedHeader(GOOD_HEADER).sign(secret))).toBe(200);
    expect(await statusOf(forge())).toBe(200);
  });

  test.each(["at+jwt", "AT+JWT", "application/at+jwt"])(
    "may spell its type %s, as media types do (RFC 9068 §4)",
    async (typ) => {
      expect(await statusOf(forge({ header: { typ } }))).toBe(200);
    },
  );

  test("may be for others, too (RFC 7519 §4.1.3)", async () => {
    expect(await statusOf(forge({ claims: { aud: ["other", `${APP_ID}-api`] } }))).toBe(200);
  });

  test.each(["Bearer", "bearer", "BEARER", "bEaReR", "Bearer  "])(
    "is taken behind %j: schemes have no case (RFC 9110 §11.1)",
    async (scheme) => {
      expect((await ask(`${scheme} ${good}`)).status).toBe(200);
    },
  );

  test("is good for 899 seconds and not for 900", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Math.ceil(Date.now() / SECOND_MS) * SECOND_MS });
    const issuedAt = Date.now();
    const { headers } = await createAccount();
    for (const [seconds, status] of [
      [0, 200],
      [899, 200],
      [900, 401],
      [901, 401],
    ] as const) {
      vi.setSystemTime(issuedAt + seconds * SECOND_MS);
      expect([seconds, (await ask(headers.Authorization)).status]).toEqual([seconds, status]);
    }
  });

  test("has our claims and no others", () => {
    expect(decodeProtectedHeader(good)).toEqual(GOOD_HEADER);
    expect(decodeJwt(good)).toEqual({ ...claimsNow(), iat: expect.any(Number), exp: expect.any(Number) });
  });
});

/** A good token with other values of a claim, by what is said of them. */
const withClaim = (name: string, values: readonly unknown[]) =>
  Object.fromEntries(
    values.map((value) => [
      `${name} ${value === undefined ? "missing" : JSON.stringify(value)}`,
      forge({ claims: { [name]: value } }),
    ]),
  );

const expired = withClaim("exp", [0, 1, -1, Math.floor(Date.now() / SECOND_MS) - 1]);

/** Tokens of ours for a session that there is not, or not of this user and kind. */
const withoutSession = {
  ...withClaim("sub", [other.user.id, crypto.randomUUID()]),
  ...withClaim("sid", [othersSid, cookieSid, crypto.randomUUID()]),
};

const invalid: Record<string, string> = {
  ...Object.fromEntries(
    ["none", "None", "NONE", "nOnE"].flatMap((alg) => [
      [`alg ${alg} without a signature`, unsigned({ header: { alg } })],
      [`alg ${alg} with our signature`, forge({ header: { alg } })],
    ]),
  ),
  "no signature": unsigned({}),
  "no alg": forge({ header: { alg: undefined } }),
  "alg hs256": forge({ header: { alg: "hs256" } }),
  "alg HS384 with our key": forge({ header: { alg: "HS384" }, hash: "sha384" }),
  "alg HS512 with our key": forge({ header: { alg: "HS512" }, hash: "sha512" }),
  "alg RS256 with our key as HMAC secret": forge({ header: { alg: "RS256" } }),
  "alg RS256 with a public key as HMAC secret": forge({
    header: { alg: "RS256" },
    key: await exportSPKI(rsa.publicKey),
  }),
  "a public key as HMAC secret": forge({ key: await exportSPKI(rsa.publicKey) }),
  "alg RS256 with a key of their own": await signWith("RS256", rsa.privateKey),
  "alg ES256 with a key of their own": await signWith("ES256", ec.privateKey),
  "another key": forge({ key: new Uint8Array(32) }),
  "an empty key": forge({ key: "" }),
  "the text of our key as key": forge({ key: secret.toString("base64url") }),

  "a kid that is unknown": forge({ header: { kid: "other" } }),
  "a kid that is unknown, and an empty key": forge({ header: { kid: "other" }, key: "" }),
  "no kid": forge({ header: { kid: undefined } }),
  "a kid that is empty": forge({ header: { kid: "" } }),
  "a kid that is a path": forge({ header: { kid: "../../dev/null" }, key: "" }),
  "a kid that is SQL": forge({ header: { kid: "' UNION SELECT 'k" } }),
  "a kid that is null": forge({ header: { kid: null } }),
  "a kid that is a number": forge({ header: { kid: 0 } }),
  "a kid that is a list of ours": forge({ header: { kid: [kid] } }),
  ...Object.fromEntries(
    ["__proto__", "constructor", "toString", "hasOwnProperty", "size"].map((name) => [
      `the kid ${name}`,
      forge({ header: { kid: name } }),
    ]),
  ),

  "jku in the header": forge({ header: { jku: "https://example.com/keys" } }),
  "jwk in the header, which it is signed with": forge({
    header: { jwk: { kty: "oct", kid, k: encode("theirs") } },
    key: Buffer.from(encode("theirs"), "base64url"),
  }),
  "jwk in the header": forge({ header: { jwk: { kty: "oct", k: secret.toString("base64url") } } }),
  "x5u in the header": forge({ header: { x5u: "https://example.com/chain" } }),
  "x5c in the header": forge({ header: { x5c: ["AA=="] } }),
  "crit with what jose knows": forge({ header: { crit: ["b64"], b64: true } }),
  "crit with what nobody knows": forge({ header: { crit: ["x"], x: 1 } }),
  "an empty crit": forge({ header: { crit: [] } }),
  "b64 in the header": forge({ header: { b64: true } }),
  "zip in the header": forge({ header: { zip: "DEF" } }),

  "the type JWT": forge({ header: { typ: "JWT" } }),
  "no type": forge({ header: { typ: undefined } }),
  "the type of an ID token": forge({ header: { typ: "id+jwt" } }),
  "a type that is a list": forge({ header: { typ: ["at+jwt"] } }),

  ...withClaim("iss", ["other", APP_ID.toUpperCase(), "", [APP_ID], null, undefined]),
  ...withClaim("aud", ["other", APP_ID, "", ["other"], [], { [`${APP_ID}-api`]: true }, null, undefined]),
  ...withClaim("sub", ["x", 7, [me.user.id], undefined]),
  ...withClaim("sid", ["x", 7, [sid], undefined]),
  ...withClaim("role", ["owner", "", null, undefined]),
  ...withClaim("exp", ["2999-01-01", "9999999999", null, undefined]),
  ...withClaim("iat", ["now", null, undefined]),
  ...withClaim("nbf", [9_999_999_999, Math.floor(Date.now() / SECOND_MS) + 3600, "0", null]),

  "claims that are a list": sign(GOOD_HEADER, [claimsNow()]),
  "claims that are null": sign(GOOD_HEADER, null),
  "a header that is null": sign(null, claimsNow()),
  "the header of one and the rest of another": [...good.split(".").slice(0, 2), othersToken.split(".")[2]].join("."),
  "a refresh token": me.refreshToken,
  "no text": "",
  "two parts": good.split(".").slice(0, 2).join("."),
  "four parts": `${good}.${good.split(".")[2]}`,
  "five empty parts": "....",
  "a token in quotes": `"${good}"`,
  "a space within": good.replace(".", ". "),
  "a tab behind the header": good.replace(".", "\t."),
  "padding at the end": `${good}=`,
  "a line of its own, percent-encoded": `${good}%0A`,
  "two tokens": `${good} ${good}`,
  "two tokens with a comma": `${good}, Bearer ${good}`,
};

describe("GET /whoami refuses", () => {
  describe.each([
    ["The access token is not valid.", invalid],
    ["The access token has expired. Refresh it.", expired],
    ["The session has ended. Sign in again.", withoutSession],
  ])("and says %j of", (detail, tokens) => {
    test.each(Object.entries(tokens))("a token with %s", async (_, token) => {
      const response = await ask(`Bearer ${token}`);
      expect(response.status).toBe(401);
      expect(response.headers.get("WWW-Authenticate")).toBe(
        `Bearer error="invalid_token", error_description="${detail}"`,
      );
      expect(await response.json()).toMatchObject({ title: "Unauthorized", detail });
    });
  });

  test.each(["Basic", "Token", "JWT", "DPoP", "Bearer:", "Bearer,", "Bearer\t", "Bearer Bearer", "XBearer", ""])(
    "the scheme %j",
    async (scheme) => {
      expect((await ask(`${scheme} ${good}`)).status).toBe(401);
    },
  );

  test("a token that is changed anywhere, or cut", async () => {
    const changed = Array.from(
      good,
      (letter, at) => good.slice(0, at) + (letter === "A" ? "B" : "A") + good.slice(at + 1),
    );
    const cut = [1, 2, 3, 43, 44, 100].map((letters) => good.slice(0, -letters));
    const taken = [];
    for (const token of [...changed, ...cut]) if ((await statusOf(token)) !== 401) taken.push(token);
    expect(taken).toEqual([]);
  });

  test("every other last letter, also if it stands for the same bytes", async () => {
    const taken = [];
    for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_+/~.") {
      const token = good.slice(0, -1) + letter;
      if (token !== good && (await statusOf(token)) !== 401) taken.push(letter);
    }
    expect(taken).toEqual([]);
  });
});

test("an access token is no refresh token", async () => {
  const response = await post("/refresh", { refreshToken: good });
  expect(response.status).toBe(401);
  expect(await statusOf(good)).toBe(200);
});
