/** The table "What an event ends": for each event, every credential that works afterwards, every one that does not, and the mails. */
import { env } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import { ACCOUNT_EVENTS } from "../features/account/account-events.test.ts";
import { type Client, CREDENTIALS, createHolder, endedOf } from "./credential-holder.ts";
import { useFastHashing } from "./passwords/fast-hashing.ts";

useFastHashing();
// Each test sends dozens of requests.
vi.setConfig({ testTimeout: 60_000 });

/** A browser has no tokens, and a client of the API no cookie. */
const foreignTo: Readonly<Record<Client, readonly string[]>> = {
  token: ["cookie"],
  browser: ["access token", "refresh token"],
};

async function mails(): Promise<unknown[]> {
  const { results } = await env.DB.prepare("SELECT recipient, subject FROM outbox ORDER BY id").all();
  return results;
}

describe.each(ACCOUNT_EVENTS.map((event) => [event.name, event] as const))(
  "when %s",
  (_, { ways, ends, mail, account, password }) => {
    test.each(ways.map((way) => [way.route, way] as const))(
      "by %s, every credential is as it must be",
      async (_, way) => {
        const { by, act, status } = way;
        const holder = await createHolder(by, account);
        await env.DB.prepare("DELETE FROM outbox").run();
        const response = await act(holder);
        expect(response.status, await response.clone().text()).toBe(status);
        expect(await mails()).toEqual(mail === null ? [] : [{ recipient: holder.user.email, subject: mail }]);
        const expected = CREDENTIALS.filter((name) => ends.includes(name) && !foreignTo[by].includes(name));
        expect((await endedOf(holder, password)).sort()).toEqual([...expected].sort());
      },
    );
  },
);

test.each<Client>(["token", "browser"])("without an event, every credential of a %s works", async (by) => {
  expect(await endedOf(await createHolder(by))).toEqual([]);
});
