/** The table "What an event ends": for each event, every credential that works afterwards, every one that does not, and the mails. */
import { env } from "cloudflare:test";
import { describe, expect, test, vi } from "vitest";
import type { Role } from "../../src/identity/users/user.ts";
import type { Way } from "./account-event-ways.ts";
import { type Client, CREDENTIALS, type Credential, createHolder, endedOf } from "./credential-holder.ts";

/** A row of the table. */
export interface AccountEvent {
  readonly name: string;
  readonly ends: readonly Credential[];
  /** The subject of the mail to the owner; null for none. */
  readonly mail: string | null;
  readonly ways: readonly Way[];
  readonly account?: { readonly role?: Role; readonly emailVerified?: boolean };
  /** The password afterwards. */
  readonly password?: string;
}

/** A browser has no tokens, and a client of the API no cookie. */
const foreignTo: Readonly<Record<Client, readonly string[]>> = {
  token: ["cookie"],
  browser: ["access token", "refresh token"],
};

async function mails(): Promise<unknown[]> {
  const { results } = await env.DB.prepare("SELECT recipient, subject FROM outbox ORDER BY id").all();
  return results;
}

/** Declares a test for each way to cause each of these events. */
export function testEvents(events: readonly AccountEvent[]): void {
  // Each test sends dozens of requests.
  vi.setConfig({ testTimeout: 60_000 });

  describe.each(events.map((event) => [event.name, event] as const))(
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
}
