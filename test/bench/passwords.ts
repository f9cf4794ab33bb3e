/** Measures sign-in: its cost, the effect of many at once, and that timing does not reveal whether an account exists. */
import { startWorker } from "../integration/worker.ts";
import { ATTACK_HEADING, type AttackResponse, attack, toRow } from "./attack.ts";
import { interleave } from "./interleave.ts";
import { roundsOr } from "./report.ts";

const EMAIL = "somebody@example.com";
const PASSWORD = "a password that is long enough";

const worker = await startWorker({ signInRateLimit: 1_000_000, accountRateLimit: 1_000_000 });

let clients = 0;

/** A new client address for each call. */
const freshAddress = () => `198.18.${clients >> 8}.${clients++ & 255}`;

function post(path: string, body: object, address = freshAddress()) {
  const headers = { "Content-Type": "application/json", "CF-Connecting-IP": address };
  return worker.fetch(`/api/auth/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
}

async function register(email: string): Promise<void> {
  const registered = await post("register", { email, name: "Somebody", password: PASSWORD });
  if (registered.status !== 201) throw new Error(await registered.text());
  await registered.text();
}

/** Measures the milliseconds from sending the request to the end of the response. */
async function timed(
  ask: () => Promise<{ readonly status: number; text(): Promise<string> }>,
  status?: number,
): Promise<AttackResponse> {
  const startedAt = performance.now();
  const response = await ask();
  await response.text();
  if (status !== undefined && response.status !== status) throw new Error(`${response.status} instead of ${status}`);
  return { status: response.status, milliseconds: performance.now() - startedAt };
}

const LOGINS = {
  "wrong password": { email: EMAIL, password: "another password", status: 401 },
  "unknown address": { email: "nobody@example.com", password: "another password", status: 401 },
  "right password": { email: EMAIL, password: PASSWORD, status: 200 },
} as const;

type Login = keyof typeof LOGINS;

async function measureCost(): Promise<void> {
  const rounds = { rounds: roundsOr(40), warmup: 3 };
  const measured = await interleave(Object.keys(LOGINS) as Login[], rounds, async (name) => {
    const { status, ...body } = LOGINS[name];
    return (await timed(() => post("login", body), status)).milliseconds;
  });
  console.log("| Login | Milliseconds | Against a wrong password |\n|---|---|---|");
  for (const [name, { value, ratio, quartiles }] of measured) {
    console.log(
      `| ${name} | ${value.toFixed(0)} | ${ratio.toFixed(3)} (${quartiles.map((q) => q.toFixed(3)).join("–")}) |`,
    );
  }
}

/** Sends `count` logins at once and meanwhile requests `/health` repeatedly. */
async function measureRush(count: number): Promise<void> {
  let isOver = false;
  const logins = Promise.all(
    Array.from({ length: count }, (_, n) =>
      timed(() => post("login", { email: `n${n}@example.com`, password: PASSWORD })),
    ),
  ).finally(() => {
    isOver = true;
  });
  let longest = 0;
  while (!isOver) longest = Math.max(longest, (await timed(() => worker.fetch("/health"), 200)).milliseconds);
  const responses = await logins;
  const hashed = responses.filter(({ status }) => status === 401);
  const last = Math.max(...hashed.map(({ milliseconds }) => milliseconds));
  const refused = responses.filter(({ status }) => status === 503).length;
  console.log(`| ${count} | ${hashed.length} | ${refused} | ${last.toFixed(0)} | ${longest.toFixed(0)} |`);
}

/** 17 users sign in over 22 s, each from their own address, first without and then with an attacker. */
async function measureAttack(): Promise<void> {
  const users = Array.from({ length: 17 }, (_, n) => `user${n}@example.com`);
  for (const email of users) await register(email);
  let made = 0;
  for (const attackerMs of [undefined, 100]) {
    const attacker = freshAddress();
    const { others, attackers } = await attack({
      clients: users.map((email) => () => timed(() => post("login", { email, password: PASSWORD }))),
      overMs: 22_000,
      attackerMs,
      sendAttack: () =>
        timed(() => post("login", { email: `made-up${made++}@example.com`, password: PASSWORD }, attacker)),
    });
    console.log(toRow(attackerMs === undefined ? "17 users, no attacker" : "17 users", others));
    if (attackerMs !== undefined) console.log(toRow("the attacker", attackers));
  }
}

try {
  await register(EMAIL);
  await measureCost();
  console.log(
    "\n| Logins at once | Hashed | 503 | Longest login, ms | Longest wait of `/health`, ms |\n|---|---|---|---|---|",
  );
  for (const count of [1, 4, 12, 40, 200]) await measureRush(count);
  console.log(`\n${ATTACK_HEADING}`);
  await measureAttack();
} finally {
  await worker.stop();
}
