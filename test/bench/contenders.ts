/** The contenders, and a check before any measurement that all of them give the same responses. */
import assert from "node:assert/strict";
import byHand from "./contenders/by-hand.ts";
import candor from "./contenders/candor.ts";
import h3 from "./contenders/h3.ts";
import hono from "./contenders/hono.ts";
import honoLimited from "./contenders/hono-limited.ts";
import itty from "./contenders/itty.ts";
import remix from "./contenders/remix.ts";

export type Fetch = (request: Request) => Response | Promise<Response>;

/** In the order of the table columns. The first is the reference; the second is the same, to show the noise. */
export const LABELS = {
  byHand: "by hand",
  control: "by hand, again",
  candor: "Candor",
  hono: "Hono",
  honoLimited: "Hono with `bodyLimit`",
  h3: "h3",
  itty: "itty-router",
  remix: "Remix",
} as const;

export type Name = keyof typeof LABELS;

export const NAMES = Object.keys(LABELS) as Name[];

/** The modules of the contenders in the folder `contenders`. */
export const FILES: Readonly<Record<Name, string>> = {
  byHand: "by-hand",
  control: "by-hand",
  candor: "candor",
  hono: "hono",
  honoLimited: "hono-limited",
  h3: "h3",
  itty: "itty",
  remix: "remix",
};

export const contenders: Readonly<Record<Name, Fetch>> = {
  byHand: byHand.fetch,
  control: byHand.fetch,
  candor: candor.fetch,
  hono: hono.fetch,
  honoLimited: honoLimited.fetch,
  h3: h3.fetch,
  itty: itty.fetch,
  remix: remix.fetch,
};

/** A request and its expected response. */
export interface Sample {
  readonly what: string;
  readonly path: string;
  readonly init: RequestInit & { readonly body?: string };
  readonly status: number;
  /** If absent, only the status is compared, because error bodies differ between contenders. */
  readonly body?: string;
}

const label = JSON.stringify({ name: "urgent", color: "#ff8800" });
const task = "/api/teams/red/projects/p1/tasks/42";
/** As an HTTP server would pass them on. */
const json = { "content-type": "application/json", "content-length": String(label.length) };

export const samples = {
  list: { what: "static route of 86", path: "/api/labels", init: {}, status: 200, body: "all labels" },
  read: { what: "param route of 86", path: "/api/labels/42", init: {}, status: 200, body: "42" },
  readTask: { what: "three params", path: task, init: {}, status: 200, body: "red p1 42" },
  create: {
    what: "JSON POST with a schema",
    path: "/api/labels",
    init: { method: "POST", headers: json, body: label },
    status: 201,
    body: label,
  },
} satisfies Record<string, Sample>;

/** The contenders that take part: a body limit makes a difference only for bodies. */
export function namesFor({ init }: Sample): readonly Name[] {
  return init.body === undefined ? NAMES.filter((name) => name !== "honoLimited") : NAMES;
}

const refused: readonly Sample[] = [
  {
    what: "a body that does not match the schema",
    path: "/api/labels",
    init: { method: "POST", body: "{}" },
    status: 400,
  },
  { what: "invalid JSON", path: "/api/labels", init: { method: "POST", body: "{" }, status: 400 },
  { what: "an unknown path", path: "/api/nothing/here", init: {}, status: 404 },
];

/** Throws unless `send` gives the expected response to every sample. */
export async function verify(name: string, send: (sample: Sample) => Response | Promise<Response>): Promise<void> {
  for (const sample of [...Object.values<Sample>(samples), ...refused]) {
    const response = await send(sample);
    const body = await response.text();
    assert.equal(response.status, sample.status, `${name}, ${sample.what}: status ${response.status}, ${body}`);
    if (sample.body !== undefined) assert.equal(body, sample.body, `${name}, ${sample.what}`);
  }
}
