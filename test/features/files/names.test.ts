/** Names that files are taken in with, and downloaded by. */
import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { type Account, createAccount, send } from "../../harness.ts";
import { names, type Read, read } from "../../web/respond/disposition-names.ts";

describe("a file", { timeout: 60_000 }, () => {
  let me: Account;
  beforeAll(async () => {
    me = await createAccount();
  });

  /** @returns Its name as the API tells it and as it is downloaded; undefined where the name is refused. */
  async function roundTrip(name: string): Promise<{ told: string; downloaded: Read } | undefined> {
    const [{ headers }, bindings] = [me, { API_RATE_LIMIT: 100_000 }];
    const put = await send(`/api/files/${encodeURIComponent(name)}`, { method: "PUT", headers, body: "x" }, bindings);
    if (put.status !== 201) return undefined;
    const file = await put.json<{ name: string; url: string }>();
    const response = await send(file.url, { headers }, bindings);
    await response.text();
    return { told: file.name, downloaded: read(response.headers.get("Content-Disposition") ?? "") };
  }

  const storable = names.filter(([name]) => !/^$|[\\\p{Cc}\u2028]/u.test(name));
  test.each(storable)("is downloaded as %j, or as %j", async (name, plain) => {
    const downloaded = { type: "attachment", plain, saved: name };
    expect(await roundTrip(name)).toEqual({ told: name, downloaded });
  });

  const broken = ["a\r\nb", "a\nb", "a\rb", "a\0b", "a\u0085b", "a\u2028b", "a\\b"];
  test.each(broken)("is not stored as %j", async (name) => {
    expect(await roundTrip(name)).toBeUndefined();
  });

  /** Slashes, line ends and other control characters, turns of the direction of writing. */
  const REFUSED = /[/\\\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

  test("is downloaded by whatever name it was taken in with", async () => {
    const name = fc
      .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
      .filter((name) => !/^\.{0,2}$/.test(name.trim()));
    const property = fc.asyncProperty(name, async (name) => {
      const got = await roundTrip(name);
      if (REFUSED.test(name.trim())) expect(got).toBeUndefined();
      else expect([got?.told, got?.downloaded.saved]).toEqual([name.trim(), name.trim()]);
    });
    await fc.assert(property, { numRuns: 150 });
  });
});
