/** Measures the CPU time of whole requests on the built Worker: a page view, an API call, an upload and a sign-in. */
import { parseArgs } from "node:util";
import { startWorker } from "../integration/worker.ts";
import { bundle } from "./bundle.ts";
import { interleave } from "./interleave.ts";
import { workerdUsage } from "./process-usage.ts";

const EMAIL = "somebody@example.com";
const PASSWORD = "a password that is long enough";

/**
 * Repeats the first result of each statement and admits every request, because the local database and the objects run in
 * the measured process, but not in a deployed Worker. Files are stored.
 */
const REPEATED_STORAGE = `
import worker from "./worker.js";
import { repeatDatabase, repeatRuling } from "./paths/storage.ts";
const RATE_LIMITER = repeatRuling(true);
let DB;
export default {
  fetch: (request, env, ctx) => {
    if (!request.headers.has("X-Repeat")) return worker.fetch(request, env, ctx);
    DB ??= repeatDatabase(env.DB);
    return worker.fetch(request, { ...env, DB, RATE_LIMITER }, ctx);
  },
};
`;
const before = await bundle(REPEATED_STORAGE, { external: ["./worker.js", "cloudflare:*", "node:*"] });

const worker = await startWorker({
  before: new TextDecoder().decode(before),
  signInRateLimit: 1_000_000,
  accountRateLimit: 1_000_000,
});

let clients = 0;
let repeated = {};
const send = (path: string, init: { method?: string; headers?: Record<string, string>; body?: string } = {}) => {
  clients += 1;
  const address = `198.18.${(clients >> 8) & 255}.${clients & 255}`;
  return worker.fetch(path, { ...init, headers: { "CF-Connecting-IP": address, ...repeated, ...init.headers } });
};

const json = (path: string, body: object) =>
  send(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

try {
  await worker.publishAssets();
  await json("/api/auth/register", { email: EMAIL, name: "Somebody", password: PASSWORD });
  const login = await json("/api/auth/login", { email: EMAIL, password: PASSWORD });
  const { accessToken } = (await login.json()) as { accessToken: string };
  const signIn = await send("/login", {
    method: "POST",
    headers: { "Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ email: EMAIL, password: PASSWORD }).toString(),
  });
  const Cookie = signIn.headers
    .getSetCookie()
    .map((cookie) => cookie.replace(/;.*/, ""))
    .join("; ");
  const headers = { Authorization: `Bearer ${accessToken}` };
  const requests = {
    "response from memory (GET /health)": { count: 300, send: () => send("/health") },
    "page view (GET /notes)": { count: 300, send: () => send("/notes", { headers: { Cookie } }) },
    "API call (GET /api/notes)": { count: 300, send: () => send("/api/notes", { headers }) },
    "upload of 100 kB (PUT /api/files/:name)": {
      count: 50,
      send: () => send("/api/files/a.txt", { method: "PUT", headers, body: "a".repeat(100_000) }),
    },
    "sign-in (POST /api/auth/login)": {
      count: 3,
      send: () => json("/api/auth/login", { email: EMAIL, password: PASSWORD }),
    },
  };
  repeated = { "X-Repeat": "yes" };
  const { values } = parseArgs({ options: { rounds: { type: "string", default: "10" } } });
  const rounds = { rounds: Number(values.rounds), warmup: 2 };
  const measured = await interleave(Object.keys(requests) as (keyof typeof requests)[], rounds, async (name) => {
    const { count, send: sendOne } = requests[name];
    const before = workerdUsage().cpuMilliseconds;
    for (let sent = 0; sent < count; sent += 1) {
      const response = await sendOne();
      await response.arrayBuffer();
      if (response.status >= 300) throw new Error(`${name}: ${response.status}`);
    }
    return (workerdUsage().cpuMilliseconds - before) / count;
  });
  console.log("| Request | CPU, ms |\n|---|---|");
  for (const [name, { value }] of measured) console.log(`| ${name} | ${value.toFixed(2)} |`);
} finally {
  await worker.stop();
}
