/** The contenders, and a check before any measurement that all of them give the same answers. */
import assert from "node:assert/strict";
import byHand from "./contenders/by-hand.ts";
import candor from "./contenders/candor.ts";
import h3 from "./contenders/h3.ts";
import hono from "./contenders/hono.ts";
import itty from "./contenders/itty.ts";
import remix from "./contenders/remix.ts";

export type Fetch = (request: Request) => Response | Promise<Response>;

/** In the order of the table columns. The first is the reference. */
export const LABELS = {
  byHand: "by hand",
  candor: "Candor",
  hono: "Hono",
  h3: "h3",
  itty: "itty-router",
  remix: "Remix",
} as const;

export type Name = keyof typeof LABELS;

export const NAMES = Object.keys(LABELS) as Name[];

export const contenders: Readonly<Record<Name, Fetch>> = {
  byHand: byHand.fetch,
  candor: candor.fetch,
  hono: hono.fetch,
  h3: h3.fetch,
  itty: itty.fetch,
  remix: remix.fetch,
};

/** A request and its expected answer. */
export interface Sample {
  readonly what: string;
  readonly path: string;
  readonly init: RequestInit & { readonly body?: string };
  readonly status: number;
  /** If absent, only the status is compared, because error bodies differ between contenders. */
  readonly body?: string;
}

const label = JSON.stringify({ name: "urgent", color: "#ff8800" });
const json = { "content-type": "application/json" };

export const samples = {
  list: { what: "static route of 86", path: "/api/labels", init: {}, status: 200, body: "all labels" },
  read: { what: "param route of 86", path: "/api/labels/42", init: {}, status: 200, body: "42" },
  create: {
    what: "JSON POST with a schema",
    path: "/api/labels",
    init: { method: "POST", headers: json, body: label },
    status: 201,
    body: label,
  },
} satisfies Record<string, Sample>;

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

/** Throws unless `send` gives the expected answer to every sample. */
export async function verify(name: string, send: (sample: Sample) => Response | Promise<Response>): Promise<void> {
  for (const sample of [...Object.values<Sample>(samples), ...refused]) {
    const response = await send(sample);
    const body = await response.text();
    assert.equal(response.status, sample.status, `${name}, ${sample.what}: status ${response.status}, ${body}`);
    if (sample.body !== undefined) assert.equal(body, sample.body, `${name}, ${sample.what}`);
  }
}
