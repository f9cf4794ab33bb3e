/** A role is given only to a proved address. */
import { env } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { createAccount, openBrowser, sendJson, submit } from "../../harness.ts";

const roleOf = (address: string) =>
  env.DB.prepare("SELECT role FROM users WHERE email = ?").bind(address).first<string>("role");

async function mailsTo(address: string): Promise<number> {
  const sql = "SELECT count(*) AS n FROM outbox WHERE recipient = ? AND subject = 'Your role has changed'";
  return (await env.DB.prepare(sql).bind(address).first<number>("n")) ?? 0;
}

describe("a role is given only to a proved address", () => {
  test.each(["api", "page"])("through the %s", async (via) => {
    const admin = await createAccount({ role: "admin" });
    const { user } = await createAccount({ emailVerified: false });
    const response =
      via === "api"
        ? await sendJson("PATCH", `/api/admin/users/${user.id}`, { role: "admin" }, admin.headers)
        : await submit(await openBrowser(admin), `/admin/users/${user.id}/role`, { role: "admin", confirmed: "yes" });
    expect([response.status, await roleOf(user.email), await mailsTo(user.email)]).toEqual([422, "user", 0]);
  });
});
