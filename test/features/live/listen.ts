/** Listens to the live feed by server-sent events, as a browser does. */
import { env } from "cloudflare:test";
import { vi } from "vitest";
import type { Report, SecondCount } from "../../../src/features/live/env.ts";
import { send } from "../../harness.ts";

/** An event as it came; `data` is parsed. A comment or a retry, which end no event, has nothing else. */
export interface Heard {
  readonly id?: string;
  readonly event?: string;
  readonly retry?: string;
  readonly comment?: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads of an event what it expects there
  readonly data?: any;
}

export interface Listener {
  readonly response: Response;
  /** Everything so far. */
  readonly heard: readonly Heard[];
  /** Waits for so many that match. */
  wait(matches: (heard: Heard) => boolean, count?: number, timeout?: number): Promise<Heard[]>;
  /** Whether the other side has ended the stream. */
  hasEnded(): boolean;
  leave(): Promise<void>;
}

export const isSample = ({ data, event }: Heard) => data !== undefined && event === undefined;
export const isActivity = ({ event }: Heard) => event === "activity";

/** An empty line behind an event, and the end of the line of a comment or a retry. */
const BOUNDARY = /\n\n|(?<=^(?:retry)?:.*)\n/m;

/** @param lastEventId What a browser that comes back sends. */
export async function listen(lastEventId?: string): Promise<Listener> {
  const response = await send("/events", { headers: lastEventId ? { "Last-Event-ID": lastEventId } : {} });
  const heard: Heard[] = [];
  let hasEnded = false;
  if (!response.body) throw new Error("There is no stream");
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  const read = async () => {
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const blocks = (rest + value).split(BOUNDARY);
      rest = blocks.pop() ?? "";
      heard.push(...blocks.map(parse));
    }
    hasEnded = true;
  };
  read().catch(() => {
    hasEnded = true;
  });
  return {
    response,
    heard,
    wait: (matches, count = 1, timeout = 15_000) =>
      vi.waitFor(
        () => {
          const found = heard.filter(matches);
          if (found.length < count)
            throw new Error(`${found.length} of ${count} in ${JSON.stringify(heard.slice(-20))}`);
          return found;
        },
        { timeout, interval: 20 },
      ),
    hasEnded: () => hasEnded,
    leave: () => reader.cancel(),
  };
}

function parse(block: string): Heard {
  const fields = block.split("\n").map((line) => {
    const [, name = "", value = ""] = /^([a-z]*): ?(.*)$/.exec(line) ?? [];
    return [name || "comment", name === "data" ? JSON.parse(value) : value];
  });
  return Object.fromEntries(fields);
}

/** The object of the feed. A new stub each time. */
export function feed() {
  return env.LIVE_FEED.get(env.LIVE_FEED.idFromName("live"));
}

/** The report of an isolate with this count. Default: of the present second, without requests. */
export function reportOf(
  count: Partial<SecondCount> = {},
  { isolate = "one", interval = 60 }: Partial<Pick<Report, "isolate" | "interval">> = {},
): Report {
  const second = Math.floor(Date.now() / 1_000);
  return { isolate, interval, counts: [{ second, requests: 0, activities: {}, ...count }] };
}
