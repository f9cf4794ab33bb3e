/** What the feed measures: counts in, samples out. */
import type { ResponseCounts } from "../../env.ts";

/** From which value on a metric is a warning, and critical. */
const THRESHOLDS = {
  /** Responses in the last second. */
  requests: { warning: 100, critical: 500 },
  /** Chat sockets that are open. */
  sockets: { warning: 1_000, critical: 5_000 },
  /** Notes made in the last minute. */
  notes: { warning: 60, critical: 300 },
  /** Uploads in the last minute, each of one file or more. */
  uploads: { warning: 30, critical: 150 },
} as const;

export type Metric = keyof typeof THRESHOLDS;

/** A value of a metric at a moment. */
export interface Sample {
  /** ISO 8601, UTC. */
  readonly timestamp: string;
  readonly metric: Metric;
  readonly value: number;
  readonly status: "normal" | "warning" | "critical";
}

/** Something that somebody did; by whom is nobody's business. */
export interface Activity {
  readonly timestamp: string;
  readonly activity: "note" | "upload" | "account";
  /** How often, at that moment. */
  readonly count: number;
}

/** What requests that changed something have done, by the method and path of their routes. */
const ACTIVITIES: ReadonlyMap<string, Activity["activity"]> = new Map([
  ["POST /api/notes", "note"],
  ["POST /notes", "note"],
  ["POST /api/files", "upload"],
  ["PUT /api/files/:name", "upload"],
  ["POST /files", "upload"],
  ["POST /api/auth/register", "account"],
  ["POST /register", "account"],
]);

const MINUTE_MS = 60_000;
/** A room says that often that it is still there, and more: src/features/chat/room.ts. */
const ROOM_MS = 90_000;

export class Metrics {
  #requests = 0;
  #activities: { readonly at: number; readonly activity: Activity }[] = [];
  readonly #rooms = new Map<string, { readonly at: number; readonly sockets: number }>();

  /** @returns What was done, to be told at once. */
  count({ requests, changes }: ResponseCounts): Activity[] {
    this.#requests += requests;
    const timestamp = new Date().toISOString();
    const done = Object.entries(changes).flatMap(([route, count]) => {
      const activity = ACTIVITIES.get(route);
      return activity ? [{ timestamp, activity, count }] : [];
    });
    this.#activities.push(...done.map((activity) => ({ at: Date.now(), activity })));
    return done;
  }

  countSockets(room: string, sockets: number): void {
    if (sockets === 0) this.#rooms.delete(room);
    else this.#rooms.set(room, { at: Date.now(), sockets });
  }

  /** One sample of each metric. Requests are counted anew from here. */
  sample(): Sample[] {
    const now = Date.now();
    this.#activities = this.#activities.filter(({ at }) => at > now - MINUTE_MS);
    for (const [room, { at }] of this.#rooms) if (at <= now - ROOM_MS) this.#rooms.delete(room);
    const values: Record<Metric, number> = {
      requests: this.#requests,
      sockets: sum([...this.#rooms.values()].map(({ sockets }) => sockets)),
      notes: this.#countOf("note"),
      uploads: this.#countOf("upload"),
    };
    this.#requests = 0;
    const timestamp = new Date(now).toISOString();
    return Object.entries(values).map(([name, value]) => {
      const metric = name as Metric;
      return { timestamp, metric, value, status: statusOf(metric, value) };
    });
  }

  #countOf(kind: Activity["activity"]): number {
    return sum(this.#activities.map(({ activity }) => (activity.activity === kind ? activity.count : 0)));
  }
}

function statusOf(metric: Metric, value: number): Sample["status"] {
  const { warning, critical } = THRESHOLDS[metric];
  if (value >= critical) return "critical";
  return value >= warning ? "warning" : "normal";
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
