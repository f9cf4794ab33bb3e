/** What the feed measures: counts in, samples out. */
import type { Activity, Metric, ResponseCounts, Sample } from "../../env.ts";

/** From which value on a metric is a warning, and critical. */
export const THRESHOLDS: Readonly<Record<Metric, { readonly warning: number; readonly critical: number }>> = {
  requests: { warning: 100, critical: 500 },
  sockets: { warning: 1_000, critical: 5_000 },
  notes: { warning: 60, critical: 300 },
  uploads: { warning: 30, critical: 150 },
};

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

/** Seconds over which requests are averaged: the reports of isolates fall now into one second, now into the next. */
const AVERAGED_SECONDS = 3;

export class Metrics {
  /** Of the last seconds, the one that is being counted last. */
  #requests: number[] = [0];
  #activities: { readonly at: number; readonly activity: Activity }[] = [];
  readonly #rooms = new Map<string, { readonly at: number; readonly sockets: number }>();

  /** @returns What was done, to be told at once. */
  count({ requests, changes }: ResponseCounts): Activity[] {
    this.#requests.push((this.#requests.pop() ?? 0) + requests);
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

  /** One sample of each metric, to be taken each second. */
  sample(): Sample[] {
    const now = Date.now();
    this.#activities = this.#activities.filter(({ at }) => at > now - MINUTE_MS);
    for (const [room, { at }] of this.#rooms) if (at <= now - ROOM_MS) this.#rooms.delete(room);
    const values: Record<Metric, number> = {
      requests: Math.round((sum(this.#requests) / AVERAGED_SECONDS) * 10) / 10,
      sockets: sum([...this.#rooms.values()].map(({ sockets }) => sockets)),
      notes: this.#countOf("note"),
      uploads: this.#countOf("upload"),
    };
    this.#requests = [...this.#requests, 0].slice(-AVERAGED_SECONDS);
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
