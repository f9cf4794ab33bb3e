/** Mails that confirm an address, asked for without a route: a feature that has one calls the same function. */
import { createExecutionContext, env, waitOnExecutionContext } from "cloudflare:test";
import type { Env } from "../../../src/env.ts";
import { sendLink } from "../../../src/identity/mail/links.ts";
import { openRequestDatabase } from "../../../src/web/platform/request-database.ts";
import { facts } from "../../harness.ts";

/** Mails a link to confirm the address. @param origin Where the request for it goes. */
export async function sendVerifyLink(
  email: string,
  origin = "http://localhost",
  bindings: Partial<Env> = {},
): Promise<void> {
  const ctx = createExecutionContext();
  const given = { ...env, ...bindings };
  const locals = {
    env: given,
    db: openRequestDatabase(given.DB),
    ctx,
    app: facts,
    requestId: "verify-link",
    startedAt: Date.now(),
  };
  sendLink({ request: new Request(origin), locals }, email, "verify");
  await waitOnExecutionContext(ctx);
}
