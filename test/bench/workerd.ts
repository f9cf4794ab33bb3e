/** Measures requests per second in workerd under `wrk`, relative to a handwritten handler. One process serves all contenders. */
import { execFile, spawnSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { bundle } from "./bundle.ts";
import { NAMES, type Name, type Sample, samples, verify } from "./contenders.ts";
import { interleave } from "./interleave.ts";
import { onExit } from "./on-exit.ts";
import { printTable, type Row, roundsOr, toRow } from "./report.ts";
import { withTemporaryFolder } from "./temporary.ts";
import { serve } from "./workerd-process.ts";

const FILES: Record<Name, string> = {
  byHand: "by-hand",
  candor: "candor",
  hono: "hono",
  h3: "h3",
  itty: "itty",
  remix: "remix",
};

/** Measures a static route, a route with a parameter and a JSON body with a schema. */
export async function measureWorkerd(): Promise<Row[]> {
  if (spawnSync("wrk", ["-v"]).error)
    throw new Error("`wrk` is not installed. On Debian or Ubuntu: `apt-get install wrk`");
  return withTemporaryFolder(async (folder) => {
    for (const name of NAMES) {
      await writeFile(
        join(folder, `${name}.js`),
        await bundle(`export { default } from "./contenders/${FILES[name]}.ts"`),
      );
    }
    const workerd = await serve(folder, NAMES);
    try {
      for (const name of NAMES) {
        await verify(name, ({ path, init }) => fetch(`${workerd.origins[name]}${path}`, init));
      }
      const rows: Row[] = [];
      for (const sample of Object.values<Sample>(samples)) rows.push(await measureRow(sample, workerd.origins, folder));
      return rows;
    } finally {
      workerd.stop();
    }
  });
}

async function measureRow(sample: Sample, origins: Record<Name, string>, folder: string): Promise<Row> {
  const script = join(folder, "request.lua");
  await writeFile(script, luaOf(sample));
  const measured = await interleave(NAMES, { rounds: roundsOr(9), warmup: 1 }, (name) =>
    requestsPerSecond(`${origins[name]}${sample.path}`, script),
  );
  return toRow(`workerd: ${sample.what}, req/s × by hand`, measured, (value) => `${Math.round(value)}/s`);
}

function luaOf({ init: { method = "GET", body } }: Sample): string {
  const post = body === undefined ? "" : `wrk.headers["content-type"] = "application/json"\nwrk.body = [[${body}]]\n`;
  return `wrk.method = "${method}"\n${post}`;
}

const run = promisify(execFile);

/** Runs one second of load from one thread with 16 connections. */
async function requestsPerSecond(url: string, script: string): Promise<number> {
  const turn = run("wrk", ["-t1", "-c16", "-d1s", "-s", script, url], { timeout: 10_000 });
  const end = onExit(() => turn.child.kill("SIGKILL"));
  const { stdout } = await turn.finally(end);
  const rate = /^Requests\/sec:\s+([\d.]+)/m.exec(stdout)?.[1];
  if (!rate || /Non-2xx|Socket errors/.test(stdout)) throw new Error(`wrk failed for ${url}:\n${stdout}`);
  return Number(rate);
}

if (import.meta.main) printTable(await measureWorkerd());
