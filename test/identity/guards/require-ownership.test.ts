import { createExecutionContext, env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { AppLocals } from "../../../src/env.ts";
import { type HeadContext, setup, standardValidator } from "../../../src/http/index.ts";
import { requireAuth } from "../../../src/identity/guards/require-auth.ts";
import { requireOwnership } from "../../../src/identity/guards/require-ownership.ts";
import type { SignedIn } from "../../../src/identity/users/user.ts";
import { factsOf } from "../../../src/web/app/guard-facts.ts";
import { route } from "../../../src/web/app/scope.ts";
import { createAccount, unreadable } from "../../harness.ts";
import { supplyLocals } from "../../supply-locals.ts";

const ownerOf = new Map<string, string>();
const loaded: string[] = [];

const guard = requireOwnership(async ({ raw }: HeadContext<AppLocals & SignedIn>) => {
  const { id = "" } = raw.params;
  loaded.push(id);
  const ownerId = ownerOf.get(id);
  return ownerId === undefined ? null : { ownerId, locals: { thing: { id } } };
});

const app = setup({
  onRequest: supplyLocals,
  validator: standardValidator,
  handlers: [
    route.post("/things/:id", {
      guards: [requireAuth, guard],
      request: { body: z.unknown() },
      resolve: ({ locals }) => Response.json(locals.thing.id.toUpperCase()),
    }),
  ],
});

function ask(id: string, headers: object, body: BodyInit): Promise<Response> {
  const init = { method: "POST", headers: { "X-Request-Id": "the-same-id", ...headers }, body };
  return app.fetch(new Request(`http://localhost/things/${id}`, init), env, createExecutionContext());
}

async function wholeOf(response: Response) {
  return { status: response.status, headers: [...response.headers], body: await response.text() };
}

test("the owner is allowed, and the resource is loaded once", async () => {
  const { user, headers } = await createAccount();
  ownerOf.set("mine", user.id);
  expect(await (await ask("mine", headers, "{}")).json()).toBe("MINE");
  expect(loaded.filter((id) => id === "mine")).toHaveLength(1);
});

describe("a resource of another user", () => {
  test.each(["application/json", "text/html"])("looks like a resource that does not exist (%s)", async (Accept) => {
    const { headers } = await createAccount();
    ownerOf.set("theirs", (await createAccount()).user.id);
    const theirs = await wholeOf(await ask("theirs", { ...headers, Accept }, unreadable()));
    const missing = await wholeOf(await ask("missing", { ...headers, Accept }, unreadable()));
    const forget = (text: string) => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "(id)");
    expect(forget(JSON.stringify(theirs))).toBe(forget(JSON.stringify(missing)));
    expect(theirs.status).toBe(404);
    expect(factsOf(guard)).toMatchObject({ denies: [404] });
  });

  test("is also refused to an administrator", async () => {
    const { headers } = await createAccount({ role: "admin" });
    ownerOf.set("theirs", (await createAccount()).user.id);
    expect((await ask("theirs", headers, unreadable())).status).toBe(404);
  });
});
