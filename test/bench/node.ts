/** Measures CPU time per request on Node, relative to a handwritten handler. */
import assert from "node:assert/strict";
import { route, setup } from "../../src/http/index.ts";
import { contenders, type Fetch, NAMES, type Name, type Sample, samples, verify } from "./contenders.ts";
import { interleave } from "./interleave.ts";
import { fetch as byHand } from "./lifecycle/by-hand.ts";
import { fetch as candor } from "./lifecycle/candor.ts";
import { fetch as hono } from "./lifecycle/hono.ts";
import { createRequest } from "./lifecycle/task.ts";
import { printTable, type Row, roundsOr, toCell, toRow } from "./report.ts";

const CALLS = 1_000;
const WARMUP = 15;
const inMicroseconds = (value: number) => `${value.toFixed(2)} µs`;

/** Measures the routes of the table, the whole lifecycle and the cost of matching. */
export async function measureNode(): Promise<Row[]> {
  for (const name of NAMES) await verify(name, (sample) => contenders[name](requestFor(sample)));
  return [
    await measureRow(samples.list.what, contenders, () => requestFor(samples.list)),
    await measureRow(samples.read.what, contenders, () => requestFor(samples.read)),
    await measureRow(samples.readTask.what, contenders, () => requestFor(samples.readTask)),
    await measureLifecycle(),
    await measureMatching(),
  ];
}

function requestFor({ path, init }: Sample): Request {
  return new Request(`http://localhost${path}`, init);
}

async function measureRow(what: string, fetches: Partial<Record<Name, Fetch>>, request: () => Request): Promise<Row> {
  const names = NAMES.filter((name) => fetches[name] !== undefined && name !== "honoLimited");
  const measured = await interleave(names, { rounds: roundsOr(150), warmup: WARMUP }, (name) =>
    microseconds(fetches[name] as Fetch, request),
  );
  return toRow(`Node: ${what}, CPU × by hand`, measured, inMicroseconds);
}

/**
 * The CPU time of the process, garbage collection included. Every call creates its own request, as a server does. The
 * figures of all contenders include that cost.
 */
async function microseconds(fetch: Fetch, request: () => Request): Promise<number> {
  const start = process.cpuUsage();
  for (let call = 0; call < CALLS; call++) await fetch(request());
  const { user, system } = process.cpuUsage(start);
  return (user + system) / CALLS;
}

async function measureLifecycle(): Promise<Row> {
  const fetches = { byHand, control: byHand, candor, hono };
  const responses = Object.values(fetches).map(async (fetch) => {
    const response = await fetch(createRequest());
    assert.match(response.headers.get("x-received-at") ?? "", /^\d+$/);
    return { status: response.status, body: await response.json() };
  });
  const [reference, ...others] = await Promise.all(responses);
  assert.equal(reference?.status, 201);
  for (const other of others) assert.deepEqual(other, reference);
  for (const [name, fetch] of Object.entries(fetches)) {
    const anonymous = new Request(createRequest(), { headers: {} });
    assert.equal((await fetch(anonymous)).status, 401, name);
  }
  return measureRow("whole lifecycle", fetches, createRequest);
}

/** Requests and the response exist beforehand, so that a call consists of dispatch and match. */
async function measureMatching(): Promise<Row> {
  const apps = { few: appOf(10), many: appOf(1_000) };
  const requests = Array.from({ length: 10 }, (_, index) => new Request(`http://localhost/resource-${index}00/42`));
  for (const fetch of Object.values(apps)) {
    for (const request of requests) assert.equal((await fetch(request)).status, 204);
  }
  let next = 0;
  const request = () => requests[next++ % requests.length] as Request;
  const measured = await interleave(["few", "many"], { rounds: roundsOr(150), warmup: WARMUP }, (name) =>
    microseconds(apps[name], request),
  );
  const many = measured.get("many");
  return {
    what: "Node: match in 1,000 param routes, × match in 10",
    cells: many ? { candor: toCell(many, inMicroseconds) } : {},
  };
}

/** An app with `count` routes, spread over the numbers 0 to 999, so that every app has the routes of the smallest. */
function appOf(count: number): Fetch {
  const response = new Response(null, { status: 204 });
  const paths = Array.from(
    { length: count },
    (_, index) => `/resource-${String((index * 1_000) / count).padStart(3, "0")}/:id`,
  );
  return setup(paths.map((path) => route.get(path, { resolve: () => response }))).fetch;
}

if (import.meta.main) printTable(await measureNode());
