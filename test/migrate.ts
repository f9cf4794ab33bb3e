/** Brings the test database up to date before each test file. */
import { applyD1Migrations, env } from "cloudflare:test";
import { CREATE_THINGS } from "./things.ts";

await applyD1Migrations(env.DB, env.MIGRATIONS);
await env.DB.exec(CREATE_THINGS);
