/** Compares whole paths of the app with the same paths in Hono, by CPU time per request in workerd. Linux only. */
import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { Pool } from "undici";
import { startWorker } from "../integration/worker.ts";
import { bundle } from "./bundle.ts";
import { interleave, type Measured } from "./interleave.ts";
import { CONTENDERS, type Contender, comparable, PATHS, type Path, preparePaths } from "./paths/prepare.ts";
import { workerdUsage } from "./process-usage.ts";
import { roundsOr, toCell } from "./report.ts";

/** Requests in a turn. There are fewer with real bindings, since local storage takes most of the time of a request. */
const REQUESTS = { repeated: 300, real: 100 };
const CONNECTIONS = 8;

const [measured] = globSync("../features/*/paths.ts", { cwd: import.meta.dirname });
if (measured === undefined) throw new Error("No feature has a file test/features/<name>/paths.ts");
const { measuredPaths } = await import(`./${measured}`);

const FRONT = `
import worker from "./worker.js";
import { createFront } from "./paths/front.ts";
import { measuredPaths } from "./${measured}";
export default createFront(worker, measuredPaths);`;

const before = await bundle(FRONT, { external: ["./worker.js", "cloudflare:*", "node:*"] });
const worker = await startWorker({ before: new TextDecoder().decode(before) });
const pool = new Pool((await worker.url()).origin, { connections: CONNECTIONS });

let sent = 0;

async function send({ path, headers }: Path, contender: Contender, bindings: string) {
  sent += 1;
  const response = await pool.request({
    path,
    method: "GET",
    headers: {
      ...headers,
      "CF-Connecting-IP": `198.18.${(sent >> 8) & 255}.${sent & 255}`,
      "X-Contender": contender,
      "X-Bindings": bindings,
    },
  });
  return { status: response.statusCode, headers: response.headers, body: await response.body.text() };
}

/** Throws unless all contenders respond alike. Where the limit is 1, the first request is still admitted. */
async function verify(path: Path, bindings: string): Promise<void> {
  for (const contender of CONTENDERS) await send(path, contender, bindings);
  const expected = await send(path, CONTENDERS[0], bindings);
  for (const contender of CONTENDERS) {
    const response = await send(path, contender, bindings);
    assert.equal(response.status, path.status, `${contender}, ${path.name}: ${response.body}`);
    assert.deepEqual(comparable(response), comparable(expected), `${contender}, ${path.name}`);
  }
}

async function measureTurn(path: Path, contender: Contender, bindings: string, requests: number): Promise<number> {
  const before = workerdUsage().cpuMilliseconds;
  let left = requests;
  const clients = Array.from({ length: CONNECTIONS }, async () => {
    while (left-- > 0) {
      const { status } = await send(path, contender, bindings);
      // Where the limit is 1, one request a minute is admitted.
      if (status !== path.status && path.status !== 429) throw new Error(`${contender}, ${path.name}: ${status}`);
    }
  });
  await Promise.all(clients);
  return (workerdUsage().cpuMilliseconds - before) / requests;
}

function print(path: Path, bindings: string, measured: ReadonlyMap<Contender, Measured>): void {
  const milliseconds = (value: number) => `${value.toFixed(3)} ms`;
  const cells = [...measured.values()].map((one, index) =>
    index === 0 ? milliseconds(one.value) : toCell(one, milliseconds),
  );
  console.log(`| ${path.name} | ${bindings} | ${cells.join(" | ")} |`);
}

try {
  await worker.publishAssets();
  console.log(`| Path | Bindings | ${CONTENDERS.join(" | ")} |\n|---|---|${"---|".repeat(CONTENDERS.length)}`);
  for (const index of PATHS.keys()) {
    // Access tokens expire.
    const path = (await preparePaths(worker, measuredPaths))[index] as Path;
    for (const kind of ["repeated", "real"] as const) {
      const bindings = path.status === 429 ? `${kind} limited` : kind;
      await verify(path, bindings);
      const turn = (name: Contender) => measureTurn(path, name, bindings, REQUESTS[kind]);
      print(path, kind, await interleave(CONTENDERS, { rounds: roundsOr(15), warmup: 2 }, turn));
    }
  }
} finally {
  await pool.close();
  await worker.stop();
}
