/** Prepares each test file: storage is empty, the test database is up to date, and hashing a password costs nothing. */
import { applyD1Migrations, env, reset } from "cloudflare:test";
import { vi } from "vitest";
import { useFastHashing } from "./identity/passwords/fast-hashing.ts";
import { CREATE_THINGS } from "./things.ts";

vi.restoreAllMocks();
vi.useRealTimers();
useFastHashing();
await reset();
await applyD1Migrations(env.DB, env.MIGRATIONS);
await env.DB.exec(CREATE_THINGS);
