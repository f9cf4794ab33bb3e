/** Mails that confirm an address, asked for without a route: a feature that has one calls the same function. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import type { Env } from "../../../src/env.ts";
import { sendLink } from "../../../src/identity/mail/links.ts";
import { createLocals } from "../../harness.ts";

/** Mails a link to confirm the address. @param origin Where the request for it goes. */
export async function sendVerifyLink(
  email: string,
  origin = "http://localhost",
  bindings: Partial<Env> = {},
): Promise<void> {
  const ctx = createExecutionContext();
  sendLink({ request: new Request(origin), locals: createLocals(bindings, ctx) }, email, "verify");
  await waitOnExecutionContext(ctx);
}
