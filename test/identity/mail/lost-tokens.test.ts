/** A link whose token may not have been stored takes no place among the live ones. */
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import { afterEach, expect, test, vi } from "vitest";
import { sendLink } from "../../../src/identity/mail/links.ts";
import { type Failure, fail, intercepted } from "../../faults.ts";
import { createAccount, createLocals, facts } from "../../harness.ts";

afterEach(() => void vi.restoreAllMocks());

const countOf = (table: string) => env.DB.prepare(`SELECT count(*) AS n FROM ${table}`).first<number>("n");

test.each<Failure>(["lost request", "lost response"])("no token without a mail remains after a %s", async (failure) => {
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { user } = await createAccount({ emailVerified: false });
  const before = [await countOf("email_tokens"), await countOf("outbox")];
  const failed: string[] = [];
  const { DB } = intercepted(env, (call, make) => {
    if (!call.name.includes("INSERT INTO email_tokens")) return make();
    failed.push(call.name);
    return fail(call, failure, make);
  });
  const ctx = createExecutionContext();
  const app = { ...facts, paths: { ...facts.paths, verifyEmail: "/confirm" } };
  const locals = { ...createLocals({ DB }, ctx), app };
  sendLink({ request: new Request("http://localhost/"), locals }, user.email, "verify");
  await waitOnExecutionContext(ctx);
  expect(failed).toHaveLength(1);
  expect([await countOf("email_tokens"), await countOf("outbox")]).toEqual(before);
});
